import { existsSync } from 'node:fs';
import { chmod, link, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where a checkout remembers the lab that `lab:up` left up. */
export const POINTER = fileURLToPath(new URL('../.lab', import.meta.url));

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

/** Says to who may still be starting the lab that it is being ended. */
export async function markEnding(place: string): Promise<void> {
  await writeFile(join(place, ENDING), '');
}

/** Whether somebody ends, or has ended, the lab of a folder. */
export function isEnding(place: string): boolean {
  return !existsSync(place) || existsSync(join(place, ENDING));
}

const ENDING = 'ending';

/** Removes what a lab that could not start has left, but what its processes wrote: the message about it names their logs. */
export async function removeAllButLogs(place: string): Promise<void> {
  if (!existsSync(join(place, 'logs'))) return removePlace(place);
  await makeReadable(place);
  const names = (await readdir(place)).filter((name) => name !== 'logs');
  for (const name of names) await rm(join(place, name), { recursive: true, force: true, maxRetries: 5 });
}

/** Remembers a lab that comes up, unless the checkout has one: two that come up at once would not know of each other. */
export async function claimPointer(place: string, pointer = POINTER): Promise<void> {
  while (!(await pointTo(place, pointer))) {
    const up = await placeThatIsUp(pointer);
    if (up !== null) throw new Error(`This checkout's lab is up already, in ${up}: npm run lab:down ends it.`);
    // What is left of one that was killed.
    await rm(pointer, { force: true });
  }
}

/** Whether there was no pointer. It appears whole: who found it empty would take it for one of a lab that is gone. */
async function pointTo(place: string, pointer: string): Promise<boolean> {
  const written = `${pointer}-of-${basename(place)}`;
  await writeFile(written, `${place}\n`);
  try {
    await link(written, pointer);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    await rm(written);
  }
}

/** Forgets the lab of a folder; not another that came up since. */
export async function dropPointer(place: string, pointer = POINTER): Promise<void> {
  if ((await placeIn(pointer)) === place) await rm(pointer, { force: true });
}

/** Folder of the lab that this checkout has up; null when there is none. */
export async function placeThatIsUp(pointer = POINTER): Promise<string | null> {
  const place = await placeIn(pointer);
  return place !== null && existsSync(place) ? place : null;
}

async function placeIn(pointer: string): Promise<string | null> {
  return existsSync(pointer) ? (await readFile(pointer, 'utf8')).trim() : null;
}
