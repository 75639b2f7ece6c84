import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Prediction } from '../../src/iris.ts';
import { loadOnnxModel } from '../../src/model/onnx-model.ts';
import { expectedAnswers, largestDifference, MODEL_FOLDER } from '../support/expected-answers.ts';
import { aFlower } from '../support/flowers.ts';
import { pythonPrograms } from '../support/python.ts';
import { runWell } from '../support/run.ts';
import { aReadyService, aService } from '../support/running-service.ts';
import { type MlflowServer, startMlflowServer } from './mlflow-server.ts';

let trained: string;
let mlflow: MlflowServer;

beforeAll(async () => {
  const programs = await pythonPrograms(new URL('requirements.txt', MODEL_FOLDER));
  const python = async (script: string, env: Record<string, string> = {}) => runWell(join(programs, 'python'), [fileURLToPath(new URL(script, MODEL_FOLDER)), trained], { env });
  trained = await mkdtemp(join(tmpdir(), 'trained-'));
  mlflow = await startMlflowServer(programs);
  await python('train.py');
  await python('register.py', { MLFLOW_TRACKING_URI: mlflow.url, MLFLOW_DISABLE_TELEMETRY: 'true', GIT_PYTHON_REFRESH: 'quiet' });
});

afterAll(async () => {
  await mlflow.stop();
  await rm(trained, { recursive: true });
});

describe('model/train.py', () => {
  it.each(['1', '2'])('makes version %s as it is committed', async (version) => {
    const folder = pathToFileURL(`${trained}/`);
    const [again, committed] = [expectedAnswers(version, folder), expectedAnswers(version)];
    expect(again.flowers).toEqual(committed.flowers);
    expect(largestDifference(again.predictions, committed.predictions)).toBeLessThan(1e-4);
    const model = await loadOnnxModel({ name: 'iris', alias: 'any', version }, await readFile(new URL(`iris/${version}/model.onnx`, folder)));
    expect(largestDifference(await model.predict(again.flowers), again.predictions)).toBeLessThan(1e-5);
  });
});

describe('a service whose models are in an MLflow registry', () => {
  it.each([
    ['champion', '1'],
    ['challenger', '2'],
  ])('serves models:/iris@%s, which is version %s', async (MODEL_ALIAS, version) => {
    const { get, predict } = await aReadyService({ MODEL_SOURCE: mlflow.url, MODEL_ALIAS });
    expect((await get('/version')).body).toMatchObject({ model: { name: 'iris', alias: MODEL_ALIAS, version } });
    const { flowers, predictions } = expectedAnswers(version);
    const { body } = await predict({ instances: flowers });
    expect(largestDifference((body as { predictions: Prediction[] }).predictions, predictions)).toBeLessThan(1e-4);
  });

  it('lets a request choose another alias', async () => {
    const { predict } = await aReadyService({ MODEL_SOURCE: mlflow.url, MODEL_ALIAS_HEADER: 'x-model-alias' });
    expect((await predict(aFlower(), { 'x-model-alias': 'challenger' })).body).toMatchObject({ model: { version: '2' } });
    expect(await predict(aFlower(), { 'x-model-alias': 'nosuch' })).toMatchObject({ status: 400, body: { message: `Model iris has no alias nosuch in ${mlflow.url}; set the alias, or MODEL_ALIAS.` } });
  });

  it.each([
    ['alias', { MODEL_ALIAS: 'absent' }, () => `Model iris has no alias absent in ${mlflow.url}; set the alias, or MODEL_ALIAS.`],
    ['model', { MODEL_NAME: 'absent' }, () => `There is no model absent in ${mlflow.url}; register it, or set MODEL_NAME.`],
  ])('is not ready with an unknown %s, and says which', async (_, environment, reason) => {
    const { get } = await aService({ MODEL_SOURCE: mlflow.url, ...environment });
    await expect.poll(async () => get('/ready')).toMatchObject({ status: 503, body: { reason: reason() } });
  });

  it('becomes ready once its alias is set', async () => {
    const { get, service } = await aService({ MODEL_SOURCE: mlflow.url, MODEL_ALIAS: 'next' });
    await expect.poll(async () => get('/ready')).toMatchObject({ body: { reason: expect.stringContaining('has no alias next') as string } });
    await mlflow.setAlias('iris', 'next', '2');
    expect((await service.loaded)?.id).toEqual({ name: 'iris', alias: 'next', version: '2' });
    expect((await get('/ready')).status).toBe(200);
  });

  it('serves a switched alias once it is started anew', async () => {
    await mlflow.setAlias('iris', 'switched', '1');
    const before = await aReadyService({ MODEL_SOURCE: mlflow.url, MODEL_ALIAS: 'switched' });
    await mlflow.setAlias('iris', 'switched', '2');
    const after = await aReadyService({ MODEL_SOURCE: mlflow.url, MODEL_ALIAS: 'switched' });
    expect((await before.get('/version')).body).toMatchObject({ model: { version: '1' } });
    expect((await after.get('/version')).body).toMatchObject({ model: { version: '2' } });
  });
});
