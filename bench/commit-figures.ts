import type { DeploymentSample } from './deployment-sample.ts';
import { covered, within } from './intervals.ts';
import type { CommitSample, CommitSamples } from './measure-commits.ts';
import { type Summary, summarize } from './statistics.ts';

export type CommitPart = {
  /** By number of files, in milliseconds. */
  readonly files: Readonly<Record<string, Summary | null>>;
  /** The greatest repository's median by that of the smallest. */
  readonly ratio: number | null;
};

/** The stage `commit` of one deployment, in milliseconds: `git` while the Git server had a request, and the rest. */
type CommitStage = { readonly total: number; readonly git: number; readonly rest: number };

type Parts<Sample> = Readonly<Record<keyof Sample, CommitPart>>;

export type CommitFigures = {
  /** Git alone: `total` is `before` (all that Slipway does) and `push` (one request, in which git checks what it received). */
  readonly fresh: Parts<Omit<CommitSample, 'requests'>>;
  readonly kept: Parts<Omit<CommitSample, 'requests'>>;
  /** The stage `commit` of a deployment: `total` is `git` (the Git server has a request) and `rest` (the state machine, the function, the table). */
  readonly stage: Parts<CommitStage>;
};

export type CommitMeasurements = { readonly git: ReadonlyMap<number, CommitSamples>; readonly stage: ReadonlyMap<number, readonly DeploymentSample[]> };

export function commitFigures({ git, stage }: CommitMeasurements): CommitFigures {
  const stages = new Map([...stage].map(([size, samples]) => [size, samples.map(commitStage)]));
  return {
    fresh: gitFigures(git, 'fresh'),
    kept: gitFigures(git, 'kept'),
    stage: { total: partOf(stages, ({ total }) => total), git: partOf(stages, (one) => one.git), rest: partOf(stages, ({ rest }) => rest) },
  };
}

/** @throws for a deployment that made no commit: it is no measurement */
function commitStage({ tag, marks: { claimed, committed }, recorded: { commit: total }, requests }: DeploymentSample): CommitStage {
  if (claimed === undefined || committed === undefined || total === undefined) throw new Error(`The deployment of ${tag} made no commit.`);
  const stage = { from: Date.parse(claimed), to: Date.parse(committed) };
  const git = covered(requests.filter(({ server }) => server === 'git').map((request) => within(request, stage)));
  return { total, git, rest: total - git };
}

function gitFigures(samples: ReadonlyMap<number, CommitSamples>, kind: keyof CommitSamples): CommitFigures['fresh'] {
  const ofKind = new Map([...samples].map(([size, runs]) => [size, runs[kind]]));
  return { total: partOf(ofKind, ({ total }) => total), before: partOf(ofKind, ({ before }) => before), push: partOf(ofKind, ({ push }) => push) };
}

function partOf<Sample>(samples: ReadonlyMap<number, readonly Sample[]>, measure: (sample: Sample) => number): CommitPart {
  const bySize = [...samples].toSorted(([a], [b]) => a - b).map(([size, runs]) => [size, summarize(runs.map(measure))] as const);
  const [smallest, greatest] = [bySize[0]?.[1], bySize.at(-1)?.[1]];
  return { files: Object.fromEntries(bySize), ratio: smallest && greatest ? hundredths(greatest.p50 / smallest.p50) : null };
}

function hundredths(value: number): number {
  return Math.round(value * 100) / 100;
}
