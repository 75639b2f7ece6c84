import { type Stage, STAGES } from '../../src/domain/timings.ts';
import { betweenSteps, stepFigures, type StepFigures } from '../step-figures.ts';
import { type Summary, summarize } from '../statistics.ts';
import { addedByAws, type AwsProfile, type ProfileCounts } from './aws-profile.ts';
import { describeConfiguration, type LabConfiguration } from './configuration.ts';
import type { ContenderName, Run } from './contender.ts';
import type { Round } from './rounds.ts';
import type { SlipwaySample } from './slipway-sample.ts';

export type Quantiles = { readonly p50: number; readonly p95: number };

export type ContenderFigures = {
  /** From its beginning until it said so, until the observer saw it, and between the two; in milliseconds, as everything but ratios. */
  readonly said: Summary | null;
  readonly ready: Summary | null;
  /** Below zero where a contender said so before the observer saw it. */
  readonly notice: Summary | null;
};

export type ProfileFigures = {
  /** How often, at the median, AWS does what the profile counts. */
  readonly counts: ProfileCounts;
  readonly added: Quantiles | null;
  readonly said: Quantiles | null;
  readonly ratio: Quantiles | null;
  readonly ideal: Quantiles | null;
};

export type ConfigurationFigures = {
  readonly name: string;
  readonly configuration: LabConfiguration;
  readonly rounds: number;
  /** Slipway's time by that of the expert's script in the same round. */
  readonly ratio: Quantiles | null;
  /** The same by the ideal path's. */
  readonly ideal: Quantiles | null;
  /** Slipway's: from the observer's sight to Slipway's word. */
  readonly notice: Quantiles | null;
  readonly contenders: Readonly<Record<ContenderName, ContenderFigures>>;
  /** Of each target's deployment, as Slipway recorded it, and the time that is left until the execution ended. */
  readonly stages: Readonly<Partial<Record<Stage | 'total' | 'overhead', Summary>>>;
  readonly steps: readonly StepFigures[];
  readonly betweenSteps: Summary | null;
  readonly profile: ProfileFigures;
};

/** @param samples of Slipway, one for each round */
export function configurationFigures(configuration: LabConfiguration, { rounds, samples, profile }: { readonly rounds: readonly Round[]; readonly samples: readonly SlipwaySample[]; readonly profile: AwsProfile }): ConfigurationFigures {
  return {
    name: describeConfiguration(configuration),
    configuration,
    rounds: rounds.length,
    ratio: ratios(rounds, 'script'),
    ideal: ratios(rounds, 'ideal'),
    notice: quantiles(rounds.map(({ runs }) => noticeOf(runs.slipway))),
    contenders: { slipway: contenderFigures(rounds, 'slipway'), script: contenderFigures(rounds, 'script'), ideal: contenderFigures(rounds, 'ideal') },
    stages: stageFigures(samples),
    steps: stepFigures(samples),
    betweenSteps: betweenSteps(samples),
    profile: profileFigures(rounds, samples, profile),
  };
}

/** Slipway's time by another's, round by round; `added` is what is to be added to Slipway's in each. */
function ratios(rounds: readonly Round[], other: Exclude<ContenderName, 'slipway'>, added: readonly number[] = []): Quantiles | null {
  return quantiles(rounds.map(({ runs }, index) => (tookOf(runs.slipway) + (added[index] ?? 0)) / tookOf(runs[other])), 2);
}

function contenderFigures(rounds: readonly Round[], name: ContenderName): ContenderFigures {
  const runs = rounds.map((round) => round.runs[name]);
  return { said: summarize(runs.map(tookOf)), ready: summarize(runs.map(({ begunAt, readyAt }) => readyAt - begunAt)), notice: summarize(runs.map(noticeOf)) };
}

function stageFigures(samples: readonly SlipwaySample[]): ConfigurationFigures['stages'] {
  const timings = samples.flatMap((sample) => sample.timings);
  return Object.fromEntries(
    ([...STAGES, 'overhead', 'total'] as const).flatMap((stage) => {
      const summary = summarize(timings.flatMap((one) => one[stage] ?? []));
      return summary === null ? [] : [[stage, summary]];
    }),
  );
}

function profileFigures(rounds: readonly Round[], samples: readonly SlipwaySample[], profile: AwsProfile): ProfileFigures {
  const added = samples.map(({ counts }) => addedByAws(profile, counts));
  const median = (name: keyof ProfileCounts): number => quantiles(samples.map(({ counts }) => counts[name]))?.p50 ?? 0;
  return {
    counts: { eventDelivery: median('eventDelivery'), transition: median('transition'), invocation: median('invocation'), request: median('request'), coldStart: median('coldStart') },
    added: quantiles(added),
    said: quantiles(rounds.map(({ runs }, index) => tookOf(runs.slipway) + (added[index] ?? 0))),
    ratio: ratios(rounds, 'script', added),
    ideal: ratios(rounds, 'ideal', added),
  };
}

function tookOf({ begunAt, saidAt }: Run): number {
  return saidAt - begunAt;
}

function noticeOf({ readyAt, saidAt }: Run): number {
  return saidAt - readyAt;
}

function quantiles(values: readonly number[], decimals?: number): Quantiles | null {
  const summary = summarize(values, decimals);
  return summary && { p50: summary.p50, p95: summary.p95 };
}

/** Names of the contenders for people. */
export const CONTENDER_TITLES = { slipway: 'Slipway', script: 'an expert’s script', ideal: 'the ideal path' } as const satisfies Record<ContenderName, string>;
