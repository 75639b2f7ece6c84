import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isAlive, type KernelProcess } from '../../../../lab/processes/kernel-process.ts';
import { readRecords } from '../../../../lab/processes/process-record.ts';
import { endAll } from '../../../../lab/processes/processes.ts';
import { guardsOf } from '../../../support/lab/guards.ts';

let place: string;

beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'lab-test-'));
});
afterEach(async () => {
  await endAll(place);
  await rm(place, { recursive: true, force: true });
});

const PARENT = `
  const { startGuard } = await import(process.argv[1] + '/guard.ts');
  const { startProcess } = await import(process.argv[1] + '/processes.ts');
  const guard = startGuard(process.argv[2]);
  for (const name of ['one', 'two']) await startProcess(process.argv[2], { name, command: process.execPath, args: ['-e', 'setInterval(() => undefined, 1000)'] });
`;

/** A Node process that starts two processes in `place` under a guard, then does what its last statements say. */
async function guarded(last: string): Promise<{ readonly end: (signal: NodeJS.Signals) => Promise<unknown>; readonly ended: Promise<unknown>; readonly started: readonly KernelProcess[] }> {
  const folder = new URL('../../../../lab/processes', import.meta.url).pathname;
  const parent = spawn(process.execPath, ['--input-type=module', '-e', `${PARENT} ${last}`, folder, place], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(parent, 'exit');
  await once(parent.stdout, 'data');
  const end = (signal: NodeJS.Signals) => {
    parent.kill(signal);
    return ended;
  };
  return { end, ended, started: readRecords(place).map(({ running }) => running) };
}

const WAIT = 'console.log("up"); setInterval(() => undefined, 1000);';

describe('startGuard', () => {
  it.each(['SIGKILL', 'SIGINT', 'SIGHUP'] as const)('ends everything and removes the folder when its parent ends by %s', async (signal) => {
    const { end, started } = await guarded(WAIT);
    expect(started.map(isAlive)).toEqual([true, true]);
    await end(signal);
    await expect.poll(() => existsSync(place), { timeout: 20_000 }).toBe(false);
    expect(started.map(isAlive)).toEqual([false, false]);
  });

  it('does so when its parent ends by itself, which it does not hinder', async () => {
    const { ended, started } = await guarded('console.log("up");');
    await ended;
    await expect.poll(() => existsSync(place), { timeout: 20_000 }).toBe(false);
    expect(started.map(isAlive)).toEqual([false, false]);
  });

  it('leaves everything up once it is released', async () => {
    const { ended, started } = await guarded('guard.release(); console.log("up");');
    await ended;
    await expect.poll(() => guardsOf(place), { timeout: 20_000 }).toEqual([]);
    expect(existsSync(place)).toBe(true);
    expect(started.map(isAlive)).toEqual([true, true]);
  });
});
