import { type Summary, summarize } from '../statistics.ts';
import type { Mode } from './options.ts';

/** Who updates. */
export type UpdaterName = 'slipway' | 'updater';

/** Milliseconds from the registry's word on the push until each application's pods ran the new image; null for one that never did within the limit. */
export type UpdateRound = Readonly<Record<UpdaterName, readonly (number | null)[]>>;

export type UpdaterFigures = {
  /** Of each application. */
  readonly each: Summary | null;
  /** Until the last one. */
  readonly all: Summary | null;
  /** Applications that the limit ended. */
  readonly lost: number;
};

export type UpdaterConfigurationFigures = {
  readonly mode: Mode;
  readonly applications: number;
  readonly rounds: number;
  readonly slipway: UpdaterFigures;
  readonly updater: UpdaterFigures;
  /** Slipway's time until the last application by Image Updater's, round by round. */
  readonly ratio: { readonly p50: number; readonly p95: number } | null;
};

export function updaterFigures(configuration: { readonly mode: Mode; readonly applications: number }, rounds: readonly UpdateRound[]): UpdaterConfigurationFigures {
  const ratios = rounds.flatMap((round) => {
    const [ours, theirs] = [lastOf(round.slipway), lastOf(round.updater)];
    return ours === null || theirs === null ? [] : [ours / theirs];
  });
  const ratio = summarize(ratios, 4);
  return {
    ...configuration,
    rounds: rounds.length,
    slipway: figuresOf(rounds.map(({ slipway }) => slipway)),
    updater: figuresOf(rounds.map(({ updater }) => updater)),
    ratio: ratio && { p50: ratio.p50, p95: ratio.p95 },
  };
}

function figuresOf(rounds: readonly (readonly (number | null)[])[]): UpdaterFigures {
  return {
    each: summarize(rounds.flat().filter((took) => took !== null)),
    all: summarize(rounds.map(lastOf).filter((took) => took !== null)),
    lost: rounds.flat().filter((took) => took === null).length,
  };
}

/** Null where one is missing: nobody knows when the last one would have come. */
function lastOf(applications: readonly (number | null)[]): number | null {
  return applications.reduce<number | null>((last, took) => (last === null || took === null ? null : Math.max(last, took)), 0);
}
