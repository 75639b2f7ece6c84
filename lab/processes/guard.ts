import { spawn } from 'node:child_process';
import { Socket } from 'node:net';
import { fileURLToPath } from 'node:url';

export type Guard = {
  /** Lets the lab stay when this process ends. */
  release(): void;
};

const MAIN = fileURLToPath(new URL('guard-main.ts', import.meta.url));
export const RELEASE = 'release';

/**
 * Ends everything that is recorded in `place`, and removes the folder, when this process is gone: by its end, an exception, a signal,
 * SIGKILL. A child waits for the end of a pipe that only this process holds.
 */
export function startGuard(place: string): Guard {
  const child = spawn(process.execPath, [MAIN, place], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  child.unref();
  child.stdin.on('error', () => undefined); // a guard that was killed guards nothing; what it guards goes on
  // A pipe is a socket to Node: it must not keep this process from ending.
  if (child.stdin instanceof Socket) child.stdin.unref();
  return { release: () => void child.stdin.end(RELEASE) };
}
