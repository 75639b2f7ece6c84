import { existsSync } from 'node:fs';
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where a checkout remembers the lab that `lab:up` left up. */
const POINTER = fileURLToPath(new URL('../.lab', import.meta.url));

/** A new folder that nobody else may read. */
export async function makePlace(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'lab-'));
}

/** Removes a lab's folder, also what Argo CD has made unreadable in it: its repositories have mode 0300. */
export async function removePlace(place: string): Promise<void> {
  await makeReadable(place);
  await rm(place, { recursive: true, force: true, maxRetries: 5 });
}

async function makeReadable(folder: string): Promise<void> {
  if (!existsSync(folder)) return;
  await chmod(folder, 0o700);
  const folders = (await readdir(folder, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  for (const { name } of folders) await makeReadable(join(folder, name));
}

export async function rememberPlace(place: string): Promise<void> {
  await writeFile(POINTER, `${place}\n`);
}

export async function forgetPlace(): Promise<void> {
  await rm(POINTER, { force: true });
}

/** Folder of the lab that this checkout has up; null when there is none. */
export async function placeThatIsUp(): Promise<string | null> {
  if (!existsSync(POINTER)) return null;
  const place = (await readFile(POINTER, 'utf8')).trim();
  return existsSync(place) ? place : null;
}
