import { describe, expect, it } from 'vitest';
import { aFlower } from '../support/flowers.ts';
import { aReadyService, aService } from '../support/running-service.ts';

describe('what a pod is asked', () => {
  it('is alive and ready, and says what runs', async () => {
    const { get } = await aReadyService();
    expect(await get('/health')).toEqual({ status: 200, body: { status: 'ok' } });
    expect(await get('/ready')).toEqual({ status: 200, body: { status: 'ready', model: { name: 'iris', alias: 'champion', version: '1' } } });
    expect(await get('/version')).toEqual({ status: 200, body: { image: '1.2.3', commit: 'c0ffee', model: { name: 'iris', alias: 'champion', version: '1' } } });
  });

  it('shows the model that its alias was switched to', async () => {
    const { get } = await aReadyService({ MODEL_ALIAS: 'challenger' });
    expect((await get('/version')).body).toMatchObject({ model: { alias: 'challenger', version: '2' } });
  });

  it('is alive but not ready while the model is loaded', async () => {
    const { get } = await aService({ FAULT_START_DELAY_SECONDS: '3600' });
    expect((await get('/health')).status).toBe(200);
    expect(await get('/ready')).toEqual({ status: 503, body: { status: 'not ready', reason: expect.stringMatching(/^Model iris@champion is being loaded/) as string } });
    expect((await get('/version')).body).toMatchObject({ model: { name: 'iris', alias: 'champion', version: null } });
  });

  it('becomes ready after a slow start', async () => {
    const { get } = await aReadyService({ FAULT_START_DELAY_SECONDS: '0.05' });
    expect((await get('/ready')).status).toBe(200);
  });

  it('stays not ready when a fault says so', async () => {
    const { get } = await aReadyService({ FAULT_NEVER_READY: 'true' });
    expect(await get('/ready')).toMatchObject({ status: 503, body: { reason: 'FAULT_NEVER_READY is true: the service stays not ready on purpose.' } });
  });

  it('says what it does not have', async () => {
    const { get } = await aReadyService();
    expect(await get('/nosuch')).toEqual({ status: 404, body: { statusCode: 404, message: 'There is no GET /nosuch; /docs shows what there is.' } });
  });
});

describe('GET /metrics', () => {
  it('counts predictions by model and measures requests by route', async () => {
    const { get, predict } = await aReadyService();
    await predict({ instances: [aFlower(), aFlower()] });
    await predict({});
    await get('/made-up');
    const metrics = String((await get('/metrics')).body);
    expect(metrics).toContain('predictions_total{model="iris",alias="champion",version="1"} 2\n');
    expect(metrics).toContain('model_info{model="iris",alias="champion",version="1"} 1\n');
    expect(metrics).toContain('http_request_duration_seconds_count{method="POST",route="/predict",status="200"} 1\n');
    expect(metrics).toContain('http_request_duration_seconds_count{method="POST",route="/predict",status="400"} 1\n');
    expect(metrics).toContain('http_request_duration_seconds_count{method="GET",route="unknown",status="404"} 1\n');
    expect(metrics).not.toContain('made-up');
    expect(metrics).toContain('nodejs_heap_size_used_bytes');
  });

  it('has no model until there is one', async () => {
    const { get } = await aService({ FAULT_START_DELAY_SECONDS: '3600' });
    expect(String((await get('/metrics')).body)).not.toContain('model_info{');
  });
});

describe('GET /docs', () => {
  it('is a page, and the OpenAPI document has every route', async () => {
    const { get } = await aReadyService();
    expect(String((await get('/docs')).body)).toContain('swagger-ui');
    const { body } = await get('/docs/json');
    const { paths, openapi } = body as { paths: Record<string, object>; openapi: string };
    expect(openapi).toBe('3.1.0');
    expect(Object.entries(paths).map(([path, methods]) => `${Object.keys(methods).join()} ${path}`).sort()).toEqual(['get /health', 'get /metrics', 'get /ready', 'get /version', 'post /predict']);
  });
});
