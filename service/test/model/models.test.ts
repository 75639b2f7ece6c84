import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import type { ModelSource } from '../../src/model/model-source.ts';
import { createModels } from '../../src/model/models.ts';
import { MODEL_FOLDER } from '../support/expected-answers.ts';

function aSource(versions: (string | Error)[]): ModelSource & { readonly fetched: string[] } {
  const fetched: string[] = [];
  return {
    fetched,
    async fetch(_, alias) {
      fetched.push(alias);
      const version = versions.shift();
      if (version instanceof Error || version === undefined) throw version ?? new Error('There is no more.');
      return { version, onnx: await readFile(new URL('iris/1/model.onnx', MODEL_FOLDER)) };
    },
  };
}

it('loads a model once, also for two who ask at the same time', async () => {
  const source = aSource(['1']);
  const models = createModels(source, 'iris');
  const [one, other] = await Promise.all([models.withAlias('champion'), models.withAlias('champion')]);
  expect(one.id).toEqual({ name: 'iris', alias: 'champion', version: '1' });
  expect(other).toBe(one);
  expect(source.fetched).toEqual(['champion']);
});

it('tries again what could not be loaded', async () => {
  const models = createModels(aSource([new Error('The registry is down.'), '2']), 'iris');
  await expect(models.withAlias('champion')).rejects.toThrow('The registry is down.');
  expect((await models.withAlias('champion')).id.version).toBe('2');
});
