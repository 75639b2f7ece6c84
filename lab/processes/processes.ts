import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { isAlive, type KernelProcess, kernelProcess, signalGroup } from './kernel-process.ts';
import { listenerOn } from './listening.ts';
import { logFile, prepareFolders, type ProcessRecord, type ProcessSpec, readRecord, readRecords, removeRecord, writeRecord } from './process-record.ts';

export type { ProcessSpec } from './process-record.ts';

/** A process of the lab, by its record: any process of the same user can hold it. */
export type LabProcess = {
  readonly name: string;
  /** What it wrote, over all its starts. */
  readonly logFile: string;
  isRunning(): boolean;
  /** Whether it listens on its ports, all of them, itself. */
  isListening(): boolean;
  /** Those of its ports on which somebody else listens. */
  takenPorts(): readonly number[];
  /** Ends it and what it started; with SIGKILL when it has not ended after ten seconds. Resolves when it is gone. */
  stop(signal?: NodeJS.Signals): Promise<void>;
  /** Starts it again as it was started first. @throws Error while it runs */
  start(): Promise<void>;
};

const PATIENCE = 10_000;
const LOOK_EVERY = 20;

/** They are all written in Go. An API server spends a fifth of its time on garbage where it may not grow before it collects. */
const MEMORY_FOR_TIME = { GOGC: '300', GOMEMLIMIT: '1GiB' };

/**
 * Starts a process of the lab in a process group of its own, so that a terminal's Ctrl-C does not reach it, and records it in `place`.
 * @throws Error when the name is taken or the command can't be run
 */
export async function startProcess(place: string, spec: ProcessSpec): Promise<LabProcess> {
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(spec.name)) throw new Error(`A process of the lab can't be called ${JSON.stringify(spec.name)}; use lower-case letters, digits and hyphens.`);
  await run(place, spec);
  return processOf(place, spec.name);
}

/** A process that the lab in `place` has started. @throws Error naming the processes that there are */
export function openProcess(place: string, name: string): LabProcess {
  if (readRecord(place, name) !== null) return processOf(place, name);
  const names = readRecords(place).map(({ spec }) => spec.name).sort();
  throw new Error(`The lab in ${place} has no process ${name}; it has ${names.join(', ') || 'none'}.`);
}

/**
 * Ends exactly the processes that are recorded in `place`: asks them all, newest first, then those that end last, and kills what has not
 * ended in time (milliseconds).
 */
export async function endAll(place: string, patience = PATIENCE): Promise<void> {
  // Again, because a process may be started by somebody else meanwhile.
  for (let records = readRecords(place); records.length > 0; records = readRecords(place)) {
    for (const last of [undefined, true]) {
      const living = records.filter(({ spec }) => spec.endsLast === last).map(({ running }) => running).filter(isAlive);
      for (const each of living) signalGroup(each, 'SIGTERM');
      await Promise.all(living.map((each) => untilGone(each, patience)));
    }
    for (const { spec } of records) removeRecord(place, spec.name);
  }
}

function processOf(place: string, name: string): LabProcess {
  const record = (): ProcessRecord | null => readRecord(place, name);
  const living = (): KernelProcess | null => {
    const running = record()?.running ?? null;
    return running !== null && isAlive(running) ? running : null;
  };
  const ports = (): readonly number[] => record()?.spec.ports ?? [];
  return {
    name,
    logFile: logFile(place, name),
    isRunning: () => living() !== null,
    isListening() {
      const running = living();
      return running !== null && ports().every((port) => listenerOn(port, running.pid) === 'itself');
    },
    takenPorts: () => ports().filter((port) => listenerOn(port, living()?.pid ?? 0) === 'somebody else'),
    async stop(signal = 'SIGTERM') {
      const running = living();
      if (running === null) return;
      signalGroup(running, signal);
      await untilGone(running, PATIENCE);
    },
    async start() {
      const last = record();
      if (last === null) throw new Error(`Process ${name} has ended with its lab; start the lab again.`);
      await run(place, last.spec);
    },
  };
}

async function run(place: string, spec: ProcessSpec): Promise<void> {
  const last = readRecord(place, spec.name);
  if (last !== null && isAlive(last.running)) throw new Error(`Process ${spec.name} of the lab runs already, as ${last.running.pid}; stop it first.`);
  const { command, args, env, folder = place } = spec;
  if (!existsSync(folder)) throw new Error(`Process ${spec.name} can't start: there is no folder ${folder}.`);
  prepareFolders(place);
  const log = openSync(logFile(place, spec.name), 'a', 0o600);
  const child = spawn(command, args, {
    cwd: folder,
    // Neither reads nor writes what the user has at home.
    env: { PATH: process.env['PATH'], HOME: place, ...MEMORY_FOR_TIME, ...env },
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  const running = child.pid === undefined ? null : kernelProcess(child.pid);
  if (running !== null) writeRecord(place, { spec, running, startedAt: Date.now() });
  await once(child, 'spawn').catch((error: unknown) => {
    throw new Error(`Process ${spec.name} can't start: ${error instanceof Error ? error.message : String(error)}; build the lab's tools again if ${command} is missing.`, { cause: error });
  });
  child.unref();
}

/** Waits until the process has ended, kills it after its time, and takes along what it left in its group. */
async function untilGone(running: KernelProcess, patience: number): Promise<void> {
  const deadline = performance.now() + patience;
  while (isAlive(running)) {
    if (performance.now() > deadline) signalGroup(running, 'SIGKILL');
    // Another process's child tells only its parent when it ends.
    await delay(LOOK_EVERY);
  }
  signalGroup(running, 'SIGKILL');
}
