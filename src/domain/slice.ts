import { type Instant, later, type Milliseconds } from './instant.ts';

/** Longest time that one invocation watches before it answers `running`; with what follows it stays below the function's timeout. */
export const LONGEST_SLICE: Milliseconds = 240_000;

/** Kept back of the invocation's time, to write down what was seen. */
export const SLICE_RESERVE: Milliseconds = 20_000;

/** When a step that watches has to answer `running`, so that it is entered again. */
export function sliceEnd(now: Instant, remaining: Milliseconds): Instant {
  return later(now, Math.max(0, Math.min(LONGEST_SLICE, remaining - SLICE_RESERVE)));
}

/** What a step's own clock starts from. */
export type WatchClock = {
  /** `watchingSince` of the deployment. */
  readonly since: Instant | undefined;
  /** When the step before was done; a `watchingSince` from before it is that step's. */
  readonly after: Instant | undefined;
  readonly redrivenAt: Instant | null | undefined;
};

/** When this step began to watch: kept over its slices, started again by a redrive. */
export function watchingSince({ since, after, redrivenAt }: WatchClock, now: Instant): Instant {
  if (since === undefined) return now;
  const begun = Date.parse(since);
  const stale = [after, redrivenAt].some((bound) => typeof bound === 'string' && begun < Date.parse(bound));
  return stale ? now : since;
}
