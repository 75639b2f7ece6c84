import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KernelProcess } from './kernel-process.ts';

export type ProcessSpec = {
  /** Unique within the lab; lower-case letters, digits and hyphens. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment besides PATH, HOME and what tells Go how much memory to use, which it may overrule. */
  readonly env?: Readonly<Record<string, string>>;
  /** Ports of loopback on which it listens once it is ready. */
  readonly ports?: readonly number[];
  /** Where it runs; the lab's folder by default. */
  readonly folder?: string;
  /** Others cannot end without it: it ends when they have. */
  readonly endsLast?: true;
};

/** What a lab remembers of a process that it started, so that another process can watch it, end it or start it again. */
export type ProcessRecord = {
  readonly spec: ProcessSpec;
  readonly running: KernelProcess;
  /** Epoch milliseconds. */
  readonly startedAt: number;
};

/** Written whole by rename, and before anything else happens: a process without a record would be left over. */
export function writeRecord(place: string, record: ProcessRecord): void {
  const file = recordFile(place, record.spec.name);
  writeFileSync(`${file}.new`, JSON.stringify(record), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** Null when the lab has no such process. */
export function readRecord(place: string, name: string): ProcessRecord | null {
  const file = recordFile(place, name);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as ProcessRecord) : null;
}

/** Newest first. */
export function readRecords(place: string): readonly ProcessRecord[] {
  const folder = join(place, 'processes');
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder).filter((file) => file.endsWith('.json')).map((file) => file.slice(0, -'.json'.length));
  return names.flatMap((name) => readRecord(place, name) ?? []).sort((one, other) => other.startedAt - one.startedAt);
}

export function removeRecord(place: string, name: string): void {
  rmSync(recordFile(place, name), { force: true });
}

/** Makes the folders of logs and records. Not the lab's own: where that was removed, nothing starts any more. */
export function prepareFolders(place: string): void {
  for (const folder of ['logs', 'processes'].map((each) => join(place, each))) if (!existsSync(folder)) mkdirSync(folder, { mode: 0o700 });
}

export function logFile(place: string, name: string): string {
  return join(place, 'logs', `${name}.log`);
}

function recordFile(place: string, name: string): string {
  return join(place, 'processes', `${name}.json`);
}
