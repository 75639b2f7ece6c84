import { elapsed, type Instant, latest, type Milliseconds } from './instant.ts';
import type { Idle, Marks } from './deployment.ts';

/** The timed parts of a deployment, in their order. */
export const STAGES = ['queue', 'resolve', 'approval', 'claim', 'commit', 'merge', 'detect', 'sync', 'rollout', 'notice', 'verify'] as const;

export type Stage = (typeof STAGES)[number];

/** Milliseconds by stage, for the stages that were reached, with `total` their sum and `overhead` the part that is Slipway's own. */
export type Timings = Partial<Record<Stage, Milliseconds>> & { readonly total: Milliseconds; readonly overhead: Milliseconds };

/** The mark that ends each stage. */
const END_OF_STAGE = {
  queue: 'started',
  resolve: 'resolved',
  approval: 'approved',
  claim: 'claimed',
  commit: 'committed',
  merge: 'merged',
  detect: 'operationStarted',
  sync: 'applied',
  rollout: 'ready',
  notice: 'noticed',
  verify: 'verified',
} as const satisfies Record<Stage, keyof Marks>;

/** Stages whose length is not ours: a person's (for approval and merge), Argo CD's, the cluster's and the service's own checks'. */
const NOT_OVERHEAD: ReadonlySet<Stage> = new Set(['approval', 'merge', 'sync', 'rollout', 'verify']);

/**
 * Turns the ends of stages into their lengths. Boundaries are made non-decreasing, so the stages sum to `total` by construction;
 * time in `idle` (before a redrive) belongs to no stage. A stage that was not reached is left out.
 *
 * @param brokenOffAt when a deployment ended without success: the stage that it was in then ended there
 * @param isProposed whether it has opened a pull request, so that the merge comes after the commit
 */
export function timings(reached: Marks, idle: readonly Idle[] = [], brokenOffAt?: Instant, isProposed = false): Timings {
  const marks = brokenOffAt === undefined ? reached : { ...reached, ...brokenOff(reached, brokenOffAt, isProposed) };
  const lengths: Partial<Record<Stage, Milliseconds>> = {};
  let total = 0;
  let overhead = 0;
  let begun = marks.pushed ?? marks.started;
  for (const stage of STAGES) {
    const mark = marks[END_OF_STAGE[stage]];
    if (mark === undefined) continue;
    const ended = latest(begun, mark);
    const length = elapsed(begun, ended) - idleWithin(begun, ended, idle);
    lengths[stage] = length;
    total += length;
    if (!NOT_OVERHEAD.has(stage)) overhead += length;
    begun = ended;
  }
  return { ...lengths, total, overhead };
}

/** The mark of the stage after the last one that was reached; none where all were. */
function brokenOff(marks: Marks, at: Instant, isProposed: boolean): Partial<Marks> {
  const last = STAGES.findLastIndex((stage) => marks[END_OF_STAGE[stage]] !== undefined);
  const stage = STAGES.slice(last + 1).find((next) => next !== 'merge' || isProposed);
  return stage === undefined ? {} : { [END_OF_STAGE[stage]]: at };
}

/** Milliseconds of the intervals that fall between two instants. The intervals don't overlap: each ends at a redrive. */
function idleWithin(from: Instant, to: Instant, idle: readonly Idle[]): Milliseconds {
  const start = Date.parse(from);
  const end = Date.parse(to);
  return idle.reduce((sum, gap) => sum + Math.max(0, Math.min(end, Date.parse(gap.to)) - Math.max(start, Date.parse(gap.from))), 0);
}
