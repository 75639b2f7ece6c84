import type { CommitSample, CommitSamples } from './measure-commits.ts';
import { type Summary, summarize } from './statistics.ts';

type Part = Exclude<keyof CommitSample, 'requests'>;

export type CommitPart = {
  /** By number of files, in milliseconds. */
  readonly files: Readonly<Record<string, Summary | null>>;
  /** The greatest repository's median by that of the smallest. */
  readonly ratio: number | null;
};

/** `total` is `before` (all that Slipway does) and `push` (one request, in which git checks what it received). */
export type CommitFigures = Readonly<Record<keyof CommitSamples, Readonly<Record<Part, CommitPart>>>>;

export function commitFigures(samples: ReadonlyMap<number, CommitSamples>): CommitFigures {
  return { fresh: partsOf(samples, 'fresh'), kept: partsOf(samples, 'kept') };
}

function partsOf(samples: ReadonlyMap<number, CommitSamples>, kind: keyof CommitSamples): CommitFigures['fresh'] {
  const part = (name: Part): CommitPart => {
    const bySize = [...samples].toSorted(([a], [b]) => a - b).map(([size, runs]) => [size, summarize(runs[kind].map((run) => run[name]))] as const);
    const [smallest, greatest] = [bySize[0]?.[1], bySize.at(-1)?.[1]];
    return { files: Object.fromEntries(bySize), ratio: smallest && greatest ? hundredths(greatest.p50 / smallest.p50) : null };
  };
  return { total: part('total'), before: part('before'), push: part('push') };
}

function hundredths(value: number): number {
  return Math.round(value * 100) / 100;
}
