import { open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isAlive, type KernelProcess, kernelProcess } from '../processes/kernel-process.ts';

const FILE = 'world.lease';
const LOOK_EVERY = 50;

/**
 * Waits until no other world is in the lab: worlds have the same names for everything. Gives the place back when the result is called.
 * A process that ended without that has given it back too.
 */
export async function takeLease(place: string): Promise<() => Promise<void>> {
  const file = join(place, FILE);
  const own = kernelProcess(process.pid);
  while (!(await written(file, JSON.stringify(own)))) {
    if (await isAbandoned(file)) await rm(file, { force: true });
    else await delay(LOOK_EVERY);
  }
  return () => rm(file, { force: true });
}

/** False when the file is there already. */
async function written(file: string, text: string): Promise<boolean> {
  try {
    const handle = await open(file, 'wx', 0o600);
    await handle.writeFile(text);
    await handle.close();
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

async function isAbandoned(file: string): Promise<boolean> {
  const text = await readFile(file, 'utf8').catch(() => '');
  // Empty: made just now, or gone meanwhile.
  return text !== '' && !isAlive(JSON.parse(text) as KernelProcess);
}
