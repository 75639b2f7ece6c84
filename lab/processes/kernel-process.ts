import { readFileSync } from 'node:fs';

/** A process as the kernel tells it apart: a pid is used again, a pid with a start time is not. */
export type KernelProcess = { readonly pid: number; /** In clock ticks since the machine started. */ readonly startTime: string };

/** The process that has this pid now, also when only its exit status is left; null when there is none. */
export function kernelProcess(pid: number): KernelProcess | null {
  const startTime = readStat(pid)?.startTime;
  return startTime === undefined ? null : { pid, startTime };
}

export function isAlive({ pid, startTime }: KernelProcess): boolean {
  const stat = readStat(pid);
  return stat !== null && stat.startTime === startTime && !stat.hasEnded;
}

type Stat = { readonly startTime: string; readonly hasEnded: boolean };

function readStat(pid: number): Stat | null {
  const stat = readIfThere(`/proc/${pid}/stat`);
  if (stat === null) return null;
  // proc(5): `pid (comm) state ppid …`; comm may hold spaces and brackets, so the fields are counted from its end.
  const [state = '', ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [threads, startTime] = [Number(fields[16]), fields[18]];
  // A first thread may have ended before the others, which still hold the files and ports of all.
  return startTime === undefined ? null : { startTime, hasEnded: state === 'X' || (state === 'Z' && threads <= 1) };
}

function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

/** Sends a signal to the process and the group that it leads. Nothing happens when they are gone. */
export function signalGroup({ pid }: KernelProcess, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
