import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { labDown } from '../../../../lab/commands/down.ts';
import { leaveUp } from '../../../../lab/commands/leave-up.ts';
import { isAlive, type KernelProcess } from '../../../../lab/processes/kernel-process.ts';
import { readRecords } from '../../../../lab/processes/process-record.ts';
import { endAll, startProcess } from '../../../../lab/processes/processes.ts';
import { untilReady } from '../../../../lab/processes/until-ready.ts';
import { guardsOf } from '../../../support/lab/guards.ts';

const FOREVER = 'setInterval(() => undefined, 1000)';
const PARTS = ['etcd', 'redis'];

let folder: string;
let pointer: string;
let said: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lab-test-'));
  pointer = join(folder, '.lab');
  said = [];
  for (const to of ['log', 'error'] as const) vi.spyOn(console, to).mockImplementation((line: string) => void said.push(line));
});
afterEach(async () => {
  const place = placeOf(pointer);
  if (place !== null && existsSync(place)) await labDown(pointer);
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

/** What a checkout remembers. */
function placeOf(file: string): string | null {
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : null;
}

function running(place: string | null): readonly KernelProcess[] {
  return readRecords(place ?? '').map((record) => record.running);
}

/** A lab of two processes that do nothing. */
async function startParts(place: string): Promise<string> {
  for (const name of PARTS) await startProcess(place, { name, command: process.execPath, args: ['-e', FOREVER] });
  return `up in ${place}`;
}

function up(): Promise<number> {
  return leaveUp({ start: startParts, pointer });
}

const COMMAND = `
  const [lab, pointer] = process.argv.slice(1);
  const { leaveUp } = await import(lab + '/commands/leave-up.ts');
  const { runCommand } = await import(lab + '/run-command.ts');
  const { startProcess } = await import(lab + '/processes/processes.ts');
  const start = async (place) => {
    for (const name of ${JSON.stringify(PARTS)}) await startProcess(place, { name, command: process.execPath, args: ['-e', ${JSON.stringify(FOREVER)}] });
    console.log('started');
    return new Promise((resolve) => process.stdin.once('data', () => resolve('up')));
  };
  await runCommand(() => leaveUp({ start, pointer }));
  process.stdin.unref();
`;

/** The command in a process of its own, before it has ended: everything runs, and it is about to say so. */
async function commandAtWork(): Promise<{ readonly end: (signal: NodeJS.Signals) => Promise<unknown>; readonly place: string; readonly started: readonly KernelProcess[] }> {
  const lab = new URL('../../../../lab', import.meta.url).pathname;
  const command = spawn(process.execPath, ['--input-type=module', '-e', COMMAND, lab, pointer], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(command, 'exit');
  await once(command.stdout, 'data');
  const place = placeOf(pointer) ?? '';
  const end = (signal: NodeJS.Signals) => {
    command.kill(signal);
    return ended;
  };
  return { end, place, started: running(place) };
}

describe('lab:up', () => {
  it('leaves the lab up and says how to reach it; a second one says so, and disturbs nothing', async () => {
    expect(await up()).toBe(0);
    const place = placeOf(pointer);
    expect(said).toEqual([`up in ${place}`]);
    const first = running(place);
    await expect(up()).rejects.toThrow(new Error(`This checkout's lab is up already, in ${place}: npm run lab:down ends it.`));
    expect(placeOf(pointer)).toBe(place);
    expect(first.map(isAlive)).toEqual([true, true]);
  });

  it('lets one of two win that begin at once', async () => {
    const [one, other] = await Promise.allSettled([up(), up()]);
    expect([one.status, other.status].sort()).toEqual(['fulfilled', 'rejected']);
    expect(running(placeOf(pointer)).map(isAlive)).toEqual([true, true]);
  });

  it('ends everything when a part does not start, and leaves the log that it names', async () => {
    const started: KernelProcess[] = [];
    const start = async (place: string): Promise<string> => {
      await startParts(place);
      started.push(...running(place));
      const bad = await startProcess(place, { name: 'bad', command: process.execPath, args: ['-e', 'console.error("port taken"); process.exit(1)'] });
      await untilReady(bad, async () => false);
      return 'never';
    };
    const message = await leaveUp({ start, pointer }).then(String, (error: Error) => error.message);
    const [, log = ''] = /^Process bad ended at its start: its last line is "port taken"; see (.*)\.$/.exec(message) ?? [];
    expect(readFileSync(log, 'utf8')).toBe('port taken\n');
    expect(started.map(isAlive)).toEqual([false, false]);
    const place = join(log, '../..');
    expect([readdirSync(place), existsSync(pointer)]).toEqual([['logs'], false]);
    rmSync(place, { recursive: true });
  });

  it('says so when a lab:down ends the lab while it starts, and leaves nothing behind', async () => {
    let down: Promise<number> | undefined;
    let lab = '';
    const start = async (place: string): Promise<string> => {
      lab = place;
      const part = await startProcess(place, { name: 'etcd', command: process.execPath, args: ['-e', FOREVER] });
      down = labDown(pointer);
      await untilReady(part, async () => false);
      return 'never';
    };
    await expect(leaveUp({ start, pointer })).rejects.toThrow(new Error('The lab was ended by npm run lab:down while it started.'));
    expect(await down).toBe(0);
    expect([existsSync(lab), existsSync(pointer)]).toEqual([false, false]);
  });

  it.each(['SIGKILL', 'SIGINT'] as const)('leaves nothing behind when it ends by %s, and the next one starts', async (signal) => {
    const { end, place, started } = await commandAtWork();
    expect(started.map(isAlive)).toEqual([true, true]);
    await end(signal);
    await expect.poll(() => existsSync(place), { timeout: 20_000 }).toBe(false);
    expect(started.map(isAlive)).toEqual([false, false]);
    expect(await labDown(pointer)).toBe(0);
    expect(said).toEqual(['No lab of this checkout is up; npm run lab:up starts one.']);
    expect(await up()).toBe(0);
  });
});

describe('lab:down', () => {
  it('ends exactly what was started, and removes its folder; a second one says that none is up', async () => {
    await up();
    const place = placeOf(pointer) ?? '';
    const own = running(place);
    await startProcess(folder, { name: 'stranger', command: process.execPath, args: ['-e', FOREVER] });
    expect([await labDown(pointer), await labDown(pointer)]).toEqual([0, 0]);
    expect(said.slice(1)).toEqual(['The lab is down.', 'No lab of this checkout is up; npm run lab:up starts one.']);
    expect([own.map(isAlive), running(folder).map(isAlive)]).toEqual([[false, false], [true]]);
    expect([existsSync(place), existsSync(pointer)]).toEqual([false, false]);
    await endAll(folder);
  });

  it('clears what a command left that was killed together with its guard', async () => {
    const { end, place, started } = await commandAtWork();
    for (const pid of guardsOf(place)) process.kill(pid, 'SIGKILL');
    await end('SIGKILL');
    expect(started.map(isAlive)).toEqual([true, true]);
    await expect(up()).rejects.toThrow('npm run lab:down ends it');
    expect(await labDown(pointer)).toBe(0);
    expect(started.map(isAlive)).toEqual([false, false]);
    expect(await up()).toBe(0);
  });

  it('forgets a lab whose folder somebody has removed', async () => {
    writeFileSync(pointer, join(folder, 'gone'));
    expect(await labDown(pointer)).toBe(0);
    expect(await up()).toBe(0);
  });
});
