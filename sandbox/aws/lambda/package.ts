import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { unzipSync } from 'fflate';
import { ownFolder } from '../../launcher/own-folder.ts';
import { AwsError } from '../service.ts';

/** A function's zip, unpacked where nothing but its own files can be imported. */
export type UnpackedPackage = {
  /** Path of the module that holds the handler. */
  readonly module: string;
  /** Name of the handler's export. */
  readonly handlerName: string;
  /** Folder for what was compiled of its modules, shared by all workers of this process that run it. */
  readonly compileCache: string;
};

type Unpacked = { readonly folder: string; readonly paths: readonly string[] };

/** By the digest of the zip: what was unpacked once serves every world of this process. */
const unpackedZips = new Map<string, Promise<Unpacked>>();

/**
 * Unpacks a zip, unless this process has done so before, and finds its handler. What it unpacked is removed when the process ends.
 *
 * @param handler as in the template: `functions/commit-release/handler.handler` is the export `handler` of that module
 */
export async function unpackPackage(zip: Uint8Array, handler: string): Promise<UnpackedPackage> {
  const digest = createHash('sha256').update(zip).digest('hex');
  const unpacking = unpackedZips.get(digest) ?? unpack(zip, join(ownFolder(), digest));
  unpackedZips.set(digest, unpacking);
  const { folder, paths } = await unpacking;
  const cut = handler.lastIndexOf('.');
  const module = ['.mjs', '.js', '.cjs'].map((extension) => handler.slice(0, cut) + extension).find((path) => paths.includes(path));
  if (module === undefined) throw new AwsError('InvalidParameterValueException', `The package holds no module for handler ${handler}.`);
  return { module: join(folder, 'package', module), handlerName: handler.slice(cut + 1), compileCache: join(folder, 'compiled') };
}

async function unpack(zip: Uint8Array, folder: string): Promise<Unpacked> {
  const files = Object.entries(unzipSync(zip)).filter(([path]) => !path.endsWith('/'));
  for (const [path, content] of files) {
    const file = join(folder, 'package', path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }
  return { folder, paths: files.map(([path]) => path) };
}
