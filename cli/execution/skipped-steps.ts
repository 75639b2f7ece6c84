import type { Progress } from './progress.ts';

export type SkippedStep = Pick<Progress, 'state' | 'target'>;

/** How steps end whose work is not done. */
const UNDONE: readonly (string | null)[] = ['failed', 'errored', 'retrying', 'waiting', 'running', 'rolled-back', 'rejected'];

/** Steps that record how a target ended: done anew whenever there is anything to do. */
const CONCLUDING = ['ConcludeDeployment', 'ConcludeRelease'];

/**
 * What a redrive did not do again: steps that had ended before and were not entered since, and those that were entered and found
 * their work done.
 */
export function skippedSteps(before: readonly Progress[], since: readonly Progress[]): readonly SkippedStep[] {
  const kept = before.filter((step) => isDone(step) && !since.some((other) => isSame(step, other)));
  const found = since.filter(({ foundDone }) => foundDone);
  const skipped = [...kept, ...found].filter(({ state }) => !CONCLUDING.includes(state));
  return skipped.filter((step, index) => skipped.findIndex((other) => isSame(step, other)) === index).map(({ state, target }) => ({ state, target }));
}

function isDone({ status }: Progress): boolean {
  return !UNDONE.includes(status);
}

function isSame(a: SkippedStep, b: SkippedStep): boolean {
  return a.state === b.state && a.target === b.target;
}
