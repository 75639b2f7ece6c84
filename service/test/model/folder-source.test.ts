import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createFolderSource } from '../../src/model/folder-source.ts';
import { UnknownModelError } from '../../src/model/unknown-model-error.ts';

async function aFolder(aliases: unknown): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'models-'));
  onTestFinished(async () => rm(folder, { recursive: true }));
  await mkdir(join(folder, 'wine', '3'), { recursive: true });
  await writeFile(join(folder, 'wine', 'aliases.json'), JSON.stringify(aliases));
  await writeFile(join(folder, 'wine', '3', 'model.onnx'), 'bytes');
  return folder;
}

describe('a folder of models', () => {
  it('has the version that an alias stands for', async () => {
    const source = createFolderSource(await aFolder({ champion: '3' }));
    const { version, onnx } = await source.fetch('wine', 'champion');
    expect([version, Buffer.from(onnx).toString()]).toEqual(['3', 'bytes']);
  });

  it.each([
    ['an alias that is not there', 'wine', 'nosuch', /^Model wine has no alias nosuch in .*; it has champion, shadow\.$/],
    ['an alias of JavaScript itself', 'wine', 'constructor', /^Model wine has no alias constructor/],
    ['a model that is not there', 'beer', 'champion', /^There is no model beer in .*: beer\/aliases\.json is missing; set MODEL_NAME or MODEL_SOURCE\.$/],
    ['a name that leads out of the folder', '../wine', 'champion', /^'\.\.\/wine' is not the name of a model/],
  ])('refuses %s by name', async (_, name, alias, message) => {
    const source = createFolderSource(await aFolder({ champion: '3', shadow: '4' }));
    const fetching = source.fetch(name, alias);
    await expect(fetching).rejects.toThrow(UnknownModelError);
    await expect(fetching).rejects.toThrow(message);
  });

  it.each([[3], ['../3'], [null]])('refuses a version that is no name: %j', async (version) => {
    const source = createFolderSource(await aFolder({ champion: version }));
    await expect(source.fetch('wine', 'champion')).rejects.toThrow(/^Alias champion in .*aliases\.json is not the name of a version; write it in quotes/);
  });
});
