import type { SkippedStep } from '../execution/skipped-steps.ts';

/** What a redrive did not do again, target by target. */
export function describeSkipped(skipped: readonly SkippedStep[]): string {
  if (skipped.length === 0) return 'Nothing was done before: every step ran again.';
  const targets = [...new Set(skipped.map(({ target }) => target))];
  const lines = targets.map((target) => `  ${(target ?? 'all targets').padEnd(11)} ${skipped.filter((step) => step.target === target).map(({ state }) => state).join(', ')}`);
  return ['Skipped, since it was done before', ...lines].join('\n');
}
