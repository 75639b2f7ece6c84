import type { DeploymentSample, Invocation } from './deployment-sample.ts';
import { covered, within } from './intervals.ts';
import type { LoggedRequest } from './request-log.ts';
import { mean, type Summary, summarize } from './statistics.ts';

export type StepFigures = {
  readonly functionName: string;
  /** Milliseconds of an invocation. Steps that watch wait for the world in it. */
  readonly invocation: Summary | null;
  /** Of these, the time in which at least one request was on its way to a stand-in or back. */
  readonly inRequests: Summary | null;
  /** For each invocation, by server and name. */
  readonly requests: Readonly<Record<string, number>>;
  /** Connections made in an invocation. */
  readonly connections: number;
};

type StepSample = Pick<DeploymentSample, 'invocations' | 'requests'>;

type Served = { readonly invocation: Invocation; readonly requests: readonly LoggedRequest[] };

/** What each function does in an invocation, in the order of the flow. */
export function stepFigures(samples: readonly StepSample[]): readonly StepFigures[] {
  const served = samples.flatMap(servedInvocations);
  return [...Map.groupBy(served, ({ invocation }) => invocation.functionName)].map(([functionName, group]) => ({
    functionName,
    invocation: summarize(group.map(({ invocation: { from, to } }) => to - from)),
    inRequests: summarize(group.map(timeInRequests)),
    requests: countsPerInvocation(group),
    connections: mean(group.map(({ requests }) => requests.filter(({ connects }) => connects).length)),
  }));
}

/** One execution runs at a time, so what is asked during an invocation is asked by it. The table's engine is asked by the sandbox. */
function servedInvocations({ invocations, requests }: StepSample): readonly Served[] {
  return invocations.map((invocation) => ({
    invocation,
    requests: requests.filter(({ server, from }) => server !== 'table' && invocation.from <= from && from <= invocation.to),
  }));
}

function timeInRequests({ invocation, requests }: Served): number {
  return covered(requests.filter(({ isWatch }) => !isWatch).map((request) => within(request, invocation)));
}

function countsPerInvocation(group: readonly Served[]): Record<string, number> {
  const names = Map.groupBy(group.flatMap(({ requests }) => requests), ({ server, name }) => `${server} ${name}`);
  return Object.fromEntries([...names].map(([name, requests]) => [name, Math.round((requests.length / group.length) * 10) / 10]));
}

/** Milliseconds of an execution in which no function ran: the state machine, and the way to the workers and back. */
export function betweenSteps(samples: readonly Pick<DeploymentSample, 'execution' | 'invocations'>[]): Summary | null {
  return summarize(samples.map(({ execution, invocations }) => execution.to - execution.from - covered(invocations.map((invocation) => within(invocation, execution)))));
}
