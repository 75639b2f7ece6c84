import { once } from 'node:events';
import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { aFlower } from '../support/flowers.ts';
import { startProcess, urlOf } from '../support/service-process.ts';

/** A prediction whose body has begun to arrive, and waits for its rest. */
async function aRequestInFlight(url: string) {
  const body = JSON.stringify(aFlower());
  const outgoing = request(`${url}/predict`, { method: 'POST', headers: { 'content-type': 'application/json', 'content-length': body.length, expect: '100-continue' } });
  outgoing.flushHeaders();
  // The server has read the head of the request when it asks for the body.
  await once(outgoing, 'continue');
  return async () => {
    outgoing.end(body);
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
    return { status: response.statusCode, body: await text(response) };
  };
}

describe('the process', () => {
  it('logs its port and the model that it became ready with', async () => {
    const service = startProcess({ MODEL_ALIAS: 'challenger' });
    expect(await service.line('listening')).toMatchObject({ level: 'info', host: '127.0.0.1', port: expect.any(Number) as number });
    expect(await service.line('ready')).toMatchObject({ model: { name: 'iris', alias: 'challenger', version: '2' } });
  });

  it('is alive and not ready with an unknown alias, and its log and /ready say which', async () => {
    const service = startProcess({ MODEL_ALIAS: 'nosuch' });
    const reason = /^Model iris has no alias nosuch in .*; it has champion, challenger\.$/;
    expect(await service.line(reason)).toMatchObject({ level: 'error' });
    const url = await urlOf(service);
    expect((await fetch(`${url}/health`)).status).toBe(200);
    const ready = await fetch(`${url}/ready`);
    expect([ready.status, await ready.json()]).toEqual([503, { status: 'not ready', reason: expect.stringMatching(reason) as string }]);
  });

  it('is not ready with an unknown model, and says which', async () => {
    expect(await startProcess({ MODEL_NAME: 'nosuch' }).line(/^There is no model nosuch in /)).toMatchObject({ level: 'error' });
  });

  it('does not start with a setting that is wrong', async () => {
    const service = startProcess({ FAULT_ERROR_RATE: 'often' });
    expect(await service.line(/FAULT_ERROR_RATE/)).toMatchObject({ level: 'fatal', message: "FAULT_ERROR_RATE is 'often'; set it to a number from 0 to 1." });
    expect(await service.ended).toEqual([1, null]);
  });

  it('crashes when a fault says so', async () => {
    const service = startProcess({ FAULT_CRASH_AFTER_SECONDS: '0' });
    expect(await service.line(/on purpose/)).toMatchObject({ level: 'fatal', message: 'FAULT_CRASH_AFTER_SECONDS is 0: this end is on purpose.' });
    expect(await service.ended).toEqual([1, null]);
  });
});

describe('SIGTERM', () => {
  it('makes it not ready at once, while it still answers, for the delay of the settings', async () => {
    const service = startProcess({ SHUTDOWN_DELAY_SECONDS: '600' });
    const url = await urlOf(service);
    await service.line('ready');
    service.child.kill('SIGTERM');
    await service.line('stopping');
    const ready = await fetch(`${url}/ready`);
    expect([ready.status, await ready.json()]).toEqual([503, { status: 'not ready', reason: 'The service is shutting down.' }]);
    const answer = await fetch(`${url}/predict`, { method: 'POST', body: JSON.stringify(aFlower()), headers: { 'content-type': 'application/json' } });
    expect(answer.status).toBe(200);
  });

  it('lets requests in flight finish, takes no new one, and ends well', async () => {
    const service = startProcess();
    const url = await urlOf(service);
    await service.line('ready');
    const finish = await aRequestInFlight(url);
    service.child.kill('SIGTERM');
    await service.line('stopping');
    const { status, body } = await finish();
    expect([status, body]).toEqual([200, expect.stringContaining('setosa')]);
    await service.line('stopped');
    expect(await service.ended).toEqual([0, null]);
    await expect(fetch(`${url}/health`)).rejects.toThrow('fetch failed');
  });

  it('ends a service that is still waiting for its model', async () => {
    const service = startProcess({ FAULT_START_DELAY_SECONDS: '3600' });
    await service.line('listening');
    service.child.kill('SIGTERM');
    expect(await service.ended).toEqual([0, null]);
  });
});
