import type { StatesError } from './errors.ts';

export type Retrier = {
  readonly ErrorEquals: readonly string[];
  readonly IntervalSeconds?: number | undefined;
  readonly MaxAttempts?: number | undefined;
  readonly BackoffRate?: number | undefined;
  readonly MaxDelaySeconds?: number | undefined;
  readonly JitterStrategy?: 'FULL' | 'NONE' | undefined;
};

/**
 * Whether a retrier or catcher with these names takes the error. States.Runtime is never taken; States.DataLimitExceeded only by its
 * name; States.TaskFailed takes all but timeouts. (Step Functions: error handling.)
 */
export function takesError(names: readonly string[], error: string): boolean {
  if (error === 'States.Runtime') return false;
  if (names.includes(error)) return true;
  if (error === 'States.DataLimitExceeded') return false;
  return names.includes('States.ALL') || (names.includes('States.TaskFailed') && error !== 'States.Timeout');
}

/** Milliseconds to wait before retry number `earlier + 1`; `random` is in [0, 1). */
export function backoff(retrier: Retrier, earlier: number, random: () => number): number {
  const { IntervalSeconds = 1, BackoffRate = 2, MaxDelaySeconds = Infinity, JitterStrategy = 'NONE' } = retrier;
  const seconds = Math.min(IntervalSeconds * BackoffRate ** earlier, MaxDelaySeconds);
  return 1000 * seconds * (JitterStrategy === 'FULL' ? random() : 1);
}

/** Counts the retries of one stay in a state: each retrier by itself, so that one kind of error does not use up another's attempts. */
export class RetryBudget {
  readonly #retriers: readonly Retrier[];
  readonly #used = new Map<Retrier, number>();

  constructor(retriers: readonly Retrier[]) {
    this.#retriers = retriers;
  }

  /** Milliseconds until the next attempt, or null when the first retrier that takes the error is used up, or none takes it. */
  delay(failure: StatesError, random: () => number): number | null {
    const retrier = this.#retriers.find((one) => takesError(one.ErrorEquals, failure.name));
    if (!retrier) return null;
    const used = this.#used.get(retrier) ?? 0;
    if (used >= (retrier.MaxAttempts ?? 3)) return null;
    this.#used.set(retrier, used + 1);
    return backoff(retrier, used, random);
  }
}
