import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Installs into a folder outside the checkout, once per content of what asks for it; a folder that was not finished is made anew. */
export async function installedOnce(name: string, contents: string, install: (folder: string) => Promise<void>): Promise<string> {
  const caches = process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  const folder = join(caches, 'slipway-service', `${name}-${createHash('sha256').update(contents).digest('hex').slice(0, 12)}`);
  const finished = join(folder, '.finished');
  if (existsSync(finished)) return folder;
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await install(folder);
  await writeFile(finished, '');
  return folder;
}
