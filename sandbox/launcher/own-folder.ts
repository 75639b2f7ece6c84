import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

let made: string | null = null;

/** Where this process keeps files as long as it lives. The launcher removes the folder too, for a process that is killed. */
export function ownFolder(): string {
  if (made !== null) return made;
  const folder = mkdtempSync(join(tmpdir(), 'slipway-process-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  made = folder;
  return folder;
}
