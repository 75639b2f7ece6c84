import { type Instant, latest } from '../src/domain/instant.ts';
import { type Stage, STAGES, type Timings, timings } from '../src/domain/timings.ts';
import type { DeploymentSample } from './deployment-sample.ts';
import { rounded, type Summary, summarize } from './statistics.ts';

export type OverheadFigures = {
  readonly deployments: number;
  /** Total without sync, rollout and verify, with the push on the client's clock. In milliseconds, as everything here. */
  readonly overhead: Summary | null;
  /** As Slipway records it from ECR's event, which tells the second alone: up to a second shorter. */
  readonly recorded: Summary | null;
  readonly total: Summary | null;
  readonly stages: Readonly<Partial<Record<Stage, Summary>>>;
};

/** The stages of each deployment, beginning where the client began to send its push. */
export function overheadFigures(samples: readonly DeploymentSample[]): OverheadFigures {
  const measured = samples.map(clientTimings);
  return {
    deployments: samples.length,
    overhead: summarize(measured.map(({ overhead }) => overhead)),
    recorded: summarize(samples.map(({ recorded }) => recorded.overhead)),
    total: summarize(measured.map(({ total }) => total)),
    stages: Object.fromEntries(STAGES.flatMap((stage) => {
      const summary = summarize(measured.flatMap((one) => one[stage] ?? []));
      return summary === null ? [] : [[stage, summary]];
    })),
  };
}

function clientTimings({ marks, pushedAt }: Pick<DeploymentSample, 'marks' | 'pushedAt'>): Timings {
  return timings({ ...marks, pushed: instantOf(pushedAt) });
}

/** Milliseconds from the cluster's own availability to the step's answer, for the deployments that it came from. */
export function noticeFigures(samples: readonly DeploymentSample[]): Summary | null {
  return summarize(samples.flatMap(({ marks: { noticed, applied }, availableAt }) => {
    if (noticed === undefined) return [];
    // Nobody watches the rollout before the sync has applied it: pods that are faster are not waited for.
    const since = latest(instantOf(availableAt), applied ?? noticed);
    return [Date.parse(noticed) - Date.parse(since)];
  }));
}

function instantOf(milliseconds: number): Instant {
  return new Date(milliseconds).toISOString();
}

/** Requests of one name, as the stand-in that answered them took them. */
export type RequestFigures = { readonly server: string; readonly name: string; /** For each deployment. */ readonly count: number; readonly answered: Summary | null };

/** What the stand-ins were asked, the busiest first. Watches are left out: they last as long as what they watch. */
export function requestFigures(samples: readonly DeploymentSample[]): readonly RequestFigures[] {
  const requests = samples.flatMap((sample) => sample.requests.filter(({ isWatch }) => !isWatch));
  const groups = Map.groupBy(requests, ({ server, name }) => `${server} ${name}`);
  return [...groups.values()]
    .flatMap((group) => {
      const [first] = group;
      if (first === undefined) return [];
      const answered = summarize(group.map(({ from, to }) => to - from));
      return [{ server: first.server, name: first.name, count: rounded(group.length / samples.length), answered }];
    })
    .toSorted((a, b) => b.count * (b.answered?.p50 ?? 0) - a.count * (a.answered?.p50 ?? 0));
}

