import type { Progress } from '../follow-execution.ts';

/** What each status says to a person who waits. */
const WORDS: Readonly<Record<string, string>> = {
  found: 'found what to deploy',
  claimed: 'claimed the target',
  committed: 'the values file names the image',
  applied: 'Argo CD applied it',
  running: 'still running',
  ready: 'new pods Ready; verifying',
  succeeded: 'succeeded',
};

/** One line for a step that ended: seconds since the start, state, target, what it found. */
export function progressLine({ at, state, target, status, detail }: Progress, begunAt: number): string {
  const since = `${(Math.max(0, at.getTime() - begunAt) / 1000).toFixed(2)} s`.padStart(9);
  const words = status === null ? '' : (WORDS[status] ?? status);
  return [since, state.padEnd(18), target ?? '', words, detail === null ? '' : `(${detail})`].filter((part) => part !== '').join('  ');
}
