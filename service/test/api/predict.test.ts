import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { expectedAnswers, largestDifference, MODEL_FOLDER } from '../support/expected-answers.ts';
import type { Prediction } from '../../src/iris.ts';
import { aFlower } from '../support/flowers.ts';
import { aReadyService, aService } from '../support/running-service.ts';

const CHAMPION = { name: 'iris', alias: 'champion', version: '1' };

describe('POST /predict', () => {
  it('answers one flower with its species, and says which model answered', async () => {
    const { predict } = await aReadyService();
    const { status, body } = await predict(aFlower());
    expect([status, body]).toMatchObject([200, { model: CHAMPION, predictions: [{ species: 'setosa' }] }]);
  });

  it('answers a batch in its order', async () => {
    const { predict } = await aReadyService();
    const { flowers, predictions } = expectedAnswers('1');
    const { status, body } = await predict({ instances: flowers });
    expect(status).toBe(200);
    expect(largestDifference((body as { predictions: Prediction[] }).predictions, predictions)).toBeLessThan(1e-5);
  });

  const { petal_width: _, ...withoutPetalWidth } = aFlower();
  it.each([
    ['a field that is missing', withoutPetalWidth, '/petal_width', '/petal_width is missing.'],
    ['a field of the wrong type', { ...aFlower(), petal_width: '0.2' }, '/petal_width', '/petal_width must be number.'],
    ['a field that is unknown', { ...aFlower(), colour: 'blue' }, '/colour', '/colour is unknown.'],
    ['an unknown field with a slash', { ...aFlower(), 'a/b': 1 }, '/a~1b', '/a~1b is unknown.'],
    ['a length that is none', aFlower({ sepal_length: 0 }), '/sepal_length', '/sepal_length must be > 0.'],
    ['a length beyond all flowers', aFlower({ sepal_length: 101 }), '/sepal_length', '/sepal_length must be <= 100.'],
    ['a number beyond all numbers', JSON.stringify(aFlower()).replace('5.1', '1e999'), '/sepal_length', '/sepal_length must be number.'],
    ['a field of the third flower', { instances: [aFlower(), aFlower(), { ...aFlower(), petal_width: null }] }, '/instances/2/petal_width', '/instances/2/petal_width must be number.'],
    ['a batch of none', { instances: [] }, '/instances', '/instances must NOT have fewer than 1 items.'],
    ['a batch that is none', { instances: 'all' }, '/instances', '/instances must be array.'],
    ['a batch of too many', { instances: Array.from({ length: 1001 }, () => aFlower()) }, '/instances', '/instances must NOT have more than 1000 items.'],
    ['a batch with a field beside it', { instances: [aFlower()], ...aFlower() }, '/sepal_length', '/sepal_length is unknown.'],
    ['a list', [aFlower()], '', 'The body must be object.'],
    ['a text', '"setosa"', '', 'The body must be object.'],
  ])('answers 400 with the path: %s', async (_what, body, path, message) => {
    const { predict } = await aReadyService();
    expect(await predict(body)).toEqual({ status: 400, body: { statusCode: 400, message, path } });
  });

  it.each([
    ['no JSON', '{', { 'content-type': 'application/json' }, 400],
    ['another format', '<flower/>', { 'content-type': 'application/xml' }, 415],
    ['more than a MiB', ' '.repeat(1_100_000), { 'content-type': 'application/json' }, 413],
  ])('answers %s as what it is', async (_what, body, headers, statusCode) => {
    const { predict } = await aReadyService();
    expect(await predict(body, headers)).toMatchObject({ status: statusCode, body: { statusCode } });
  });

  it('answers 503 with the reason while there is no model', async () => {
    const { predict } = await aService({ FAULT_START_DELAY_SECONDS: '3600' });
    expect(await predict(aFlower())).toMatchObject({ status: 503, body: { message: expect.stringMatching(/^Model iris@champion is being loaded from /) as string } });
  });
});

describe('a request that chooses an alias', () => {
  const CHALLENGER = { 'x-model-alias': 'challenger' };

  it('is answered by the model of the service where no header is named', async () => {
    const { predict } = await aReadyService();
    expect((await predict(aFlower(), CHALLENGER)).body).toMatchObject({ model: CHAMPION });
  });

  it('is answered by the model that it chose', async () => {
    const { predict } = await aReadyService({ MODEL_ALIAS_HEADER: 'X-Model-Alias' });
    expect((await predict(aFlower(), CHALLENGER)).body).toMatchObject({ model: { name: 'iris', alias: 'challenger', version: '2' } });
    expect((await predict(aFlower())).body).toMatchObject({ model: CHAMPION });
  });

  it('is told which alias there is not', async () => {
    const { predict } = await aReadyService({ MODEL_ALIAS_HEADER: 'X-Model-Alias' });
    expect(await predict(aFlower(), { 'x-model-alias': 'nosuch' })).toMatchObject({
      status: 400,
      body: { path: '/headers/x-model-alias', message: expect.stringMatching(/^Model iris has no alias nosuch in .*; it has champion, challenger\.$/) as string },
    });
  });
});

it('keeps what went wrong inside for the log', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'models-'));
  onTestFinished(async () => rm(folder, { recursive: true }));
  await cp(new URL('iris', MODEL_FOLDER), join(folder, 'iris'), { recursive: true });
  await writeFile(join(folder, 'iris/aliases.json'), JSON.stringify({ champion: '1', broken: '9' }));
  const { predict } = await aReadyService({ MODEL_SOURCE: folder, MODEL_ALIAS_HEADER: 'x-model-alias' });
  const answer = await predict(aFlower(), { 'x-model-alias': 'broken' });
  expect(answer).toEqual({ status: 500, body: { statusCode: 500, message: 'The service could not answer; its log says why.' } });
});

describe('FAULT_ERROR_RATE', () => {
  it.each([
    ['0.4', 200],
    ['0.6', 500],
  ])('%s answers the middle one of its chances with %i', async (FAULT_ERROR_RATE, status) => {
    const { predict } = await aReadyService({ FAULT_ERROR_RATE });
    expect((await predict(aFlower())).status).toBe(status);
  });
});
