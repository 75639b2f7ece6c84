import type { Progress } from '../execution/progress.ts';
import { type Color, type Look, PLAIN } from './terminal.ts';

/** What each status says to a person who waits. */
const WORDS: Readonly<Record<string, string>> = {
  found: 'found what to deploy',
  waiting: 'waiting for approval',
  claimed: 'claimed the target',
  granted: 'the cluster lets us look',
  committed: 'the values file names the image',
  proposed: 'a pull request proposes the image',
  merged: 'merged',
  applied: 'Argo CD applied it',
  running: 'not there yet, watching on',
  ready: 'new pods Ready; verifying',
  superseded: 'superseded by a newer release',
  'rolled-back': 'rolled back',
  again: 'redriven: once more for the unfinished targets',
};

/** Where a state's status says more than the status alone. */
const WORDS_OF_STATE: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  AwaitMerge: { waiting: 'waiting for the merge' },
  RollBack: { committed: 'rolling back: the values file names the previous release', failed: 'not rolled back' },
};

/** What a step says that found its work done. */
const FOUND_DONE: Readonly<Record<string, string>> = {
  committed: 'the values file named the image already',
  applied: 'Argo CD had applied it already',
};

const COLORS: Readonly<Record<string, Color>> = {
  failed: 'red',
  errored: 'red',
  'rolled-back': 'red',
  rejected: 'red',
  retrying: 'yellow',
  waiting: 'yellow',
  succeeded: 'green',
};

/** Widths of the columns: the longest state, and an environment with a target. */
const WIDTH = { state: 18, target: 10 };

/** One line for a step that ended or waits: seconds since the start, state, target, what it found. */
export function progressLine(progress: Progress, begunAt: number, { paint }: Look = PLAIN): string {
  const { at, state, target, status, detail } = progress;
  const since = `${(Math.max(0, at.getTime() - begunAt) / 1000).toFixed(2)} s`.padStart(9);
  const place = `${since}  ${state.padEnd(WIDTH.state)}  ${(target ?? '').padEnd(WIDTH.target)}  `;
  const words = wordsOf(progress);
  const told = detail === null ? words : `${words}: ${detail}`;
  const color = status === null ? undefined : COLORS[status];
  return place + (color === undefined ? told : paint(color, told));
}

function wordsOf({ state, status, foundDone }: Progress): string {
  if (status === null) return '';
  return (foundDone ? FOUND_DONE[status] : undefined) ?? WORDS_OF_STATE[state]?.[status] ?? WORDS[status] ?? status;
}
