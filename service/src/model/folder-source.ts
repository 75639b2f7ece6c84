import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ModelSource } from './model-source.ts';
import { UnknownModelError } from './unknown-model-error.ts';

/** A folder of models: NAME/aliases.json says which version an alias stands for, NAME/VERSION/model.onnx is the version. */
export function createFolderSource(folder: string): ModelSource {
  return {
    async fetch(name, alias) {
      const version = versionOf(await readAliases(folder, name), { name, alias, folder });
      return { version, onnx: await readFile(join(folder, name, version, 'model.onnx')) };
    },
  };
}

async function readAliases(folder: string, name: string): Promise<unknown> {
  // A name is one folder, never a way out of it.
  if (!isFolderName(name)) throw new UnknownModelError(`'${name}' is not the name of a model; set MODEL_NAME to a folder of ${folder}.`);
  try {
    return JSON.parse(await readFile(join(folder, name, 'aliases.json'), 'utf8')) as unknown;
  } catch (error) {
    if (isMissing(error)) throw new UnknownModelError(`There is no model ${name} in ${folder}: ${name}/aliases.json is missing; set MODEL_NAME or MODEL_SOURCE.`);
    throw error;
  }
}

function versionOf(aliases: unknown, { name, alias, folder }: { name: string; alias: string; folder: string }): string {
  const entries = new Map(Object.entries(Object(aliases) as object));
  const version: unknown = entries.get(alias);
  if (version === undefined) throw new UnknownModelError(`Model ${name} has no alias ${alias} in ${folder}; it has ${[...entries.keys()].join(', ') || 'none'}.`);
  if (typeof version !== 'string' || !isFolderName(version)) throw new Error(`Alias ${alias} in ${join(folder, name, 'aliases.json')} is not the name of a version; write it in quotes, as "1".`);
  return version;
}

function isFolderName(text: string): boolean {
  return /^[A-Za-z0-9][\w.-]*$/.test(text);
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
