import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { unzipSync } from 'fflate';
import { AwsError } from '../service.ts';

/** A function's zip, unpacked where nothing but its own files can be imported. */
export type UnpackedPackage = {
  /** Path of the module that holds the handler. */
  readonly module: string;
  /** Name of the handler's export. */
  readonly handlerName: string;
  remove(): Promise<void>;
};

/**
 * Unpacks a zip and finds its handler.
 *
 * @param handler as in the template: `functions/commit-release/handler.handler` is the export `handler` of that module
 */
export async function unpackPackage(zip: Uint8Array, handler: string): Promise<UnpackedPackage> {
  const files = Object.entries(unzipSync(zip)).filter(([path]) => !path.endsWith('/'));
  const cut = handler.lastIndexOf('.');
  const module = ['.mjs', '.js', '.cjs'].map((extension) => handler.slice(0, cut) + extension).find((path) => files.some(([name]) => name === path));
  if (module === undefined) throw new AwsError('InvalidParameterValueException', `The package holds no module for handler ${handler}.`);
  const root = await mkdtemp(join(tmpdir(), 'slipway-function-'));
  for (const [path, content] of files) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
  return { module: join(root, module), handlerName: handler.slice(cut + 1), remove: () => rm(root, { recursive: true, force: true }) };
}
