import { availableParallelism, cpus, loadavg } from 'node:os';

/** Where the figures come from. Times on a machine that does other work as well say little. */
export type Machine = {
  readonly cpu: string;
  readonly cores: number;
  readonly node: string;
  readonly platform: string;
  /** Processes that wanted to run, over the last 1, 5 and 15 minutes, before the measurement began. */
  readonly loadAverage: readonly number[];
  /** Set when the figures must not be taken as Slipway's. */
  readonly warning: string | null;
};

/** Half of the cores busy with something else: a measurement with stand-ins, functions and servers on one machine feels that. */
const BUSY_SHARE = 0.5;

export function describeMachine(): Machine {
  const cores = availableParallelism();
  const loadAverage = loadavg().map((load) => Math.round(load * 100) / 100);
  return { cpu: cpus()[0]?.model ?? 'unknown', cores, node: process.version, platform: `${process.platform} ${process.arch}`, loadAverage, warning: loadWarning(loadAverage, cores) };
}

export function loadWarning([lastMinute = 0]: readonly number[], cores: number): string | null {
  if (lastMinute <= cores * BUSY_SHARE) return null;
  return `The load average was ${lastMinute} on ${cores} cores before anything was measured: other work made these figures worse; measure again on an idle machine.`;
}
