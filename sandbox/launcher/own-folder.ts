import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

let made: string | null = null;

/**
 * Where this process keeps files as long as it lives. The launcher removes the folder too: after a process that is killed, and once git
 * has ended, which may still have written into it.
 */
export function ownFolder(): string {
  if (made !== null) return made;
  const folder = mkdtempSync(join(tmpdir(), 'slipway-'));
  process.once('exit', () => removeFolder(folder));
  made = folder;
  return folder;
}

/** Another process may write into it just then; what that leaves is removed by whoever ends it. */
export function removeFolder(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOTEMPTY') throw error;
  }
}
