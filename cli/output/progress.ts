import type { Progress } from '../execution/progress.ts';
import { type Look, PLAIN } from './terminal.ts';

/** What each status says to a person who waits. */
const WORDS: Readonly<Record<string, string>> = {
  found: 'found what to deploy',
  claimed: 'claimed the target',
  granted: 'the cluster lets us look',
  committed: 'the values file names the image',
  applied: 'Argo CD applied it',
  running: 'not there yet, watching on',
  ready: 'new pods Ready; verifying',
  superseded: 'superseded by a newer release',
  again: 'redriven: once more for the unfinished targets',
};

const BAD: readonly (string | null)[] = ['failed', 'errored'];

/** Widths of the columns: the longest state, and an environment with a target. */
const WIDTH = { state: 18, target: 10 };

/** One line for a step that ended: seconds since the start, state, target, what it found. */
export function progressLine({ at, state, target, status, detail }: Progress, begunAt: number, { paint }: Look = PLAIN): string {
  const since = `${(Math.max(0, at.getTime() - begunAt) / 1000).toFixed(2)} s`.padStart(9);
  const place = `${since}  ${state.padEnd(WIDTH.state)}  ${(target ?? '').padEnd(WIDTH.target)}  `;
  if (status === 'retrying') return place + paint('yellow', `retrying: ${detail}`);
  const words = status === null ? '' : (WORDS[status] ?? status);
  const told = detail === null ? words : `${words}: ${detail}`;
  return place + (BAD.includes(status) ? paint('red', told) : status === 'succeeded' ? paint('green', told) : told);
}
