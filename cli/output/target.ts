import { targetName, type TargetKey } from '../../src/domain/deployment.ts';
import type { TargetState } from '../../src/domain/target-state.ts';
import type { DeploymentRecord, PendingApproval, PendingMerge } from '../../src/ports/deployment-store.ts';
import { approveCommand } from '../execution/answer-command.ts';
import { describeAttempt } from './deployment.ts';
import { colorOf, OUTCOME_WIDTH } from './outcome.ts';
import { type Look, PLAIN } from './terminal.ts';
import { seconds } from './waterfall.ts';

/** What is stored about one target. */
export type TargetReport = {
  readonly key: TargetKey;
  readonly state: TargetState;
  /** What waits there for a person's answer. */
  readonly approval: PendingApproval | null;
  /** The pull request that waits there to be merged. */
  readonly merge: PendingMerge | null;
  readonly history: readonly DeploymentRecord[];
};

/** What runs in a target, who is deploying to it, what stops or waits there, its last deployments, and the newest of them stage by stage. */
export function describeTarget(report: TargetReport, look: Look = PLAIN): string {
  const { key, history } = report;
  const newest = history[0];
  const attempt = newest?.attempts.at(-1);
  const tagWidth = Math.max(...history.map(({ release }) => release.tag.length), 0);
  return [
    targetName(key),
    ...facts(report).map(([name, value]) => `  ${name.padEnd(FACT_WIDTH)} ${value}`),
    '',
    ...(history.length === 0 ? ['No deployment is recorded.'] : ['Deployments, newest first', ...history.map((record) => historyLine(record, tagWidth, look))]),
    ...(newest === undefined || attempt === undefined ? [] : ['', '', describeAttempt(key, newest.release, attempt, look)]),
  ].join('\n');
}

type Fact = readonly [name: string, value: string];

/** Width of the longest name of a fact. */
const FACT_WIDTH = 10;

function facts({ state, approval, merge }: TargetReport): readonly Fact[] {
  const { current, claim, next, hold, quarantine } = state;
  const nothing: readonly Fact[] = [];
  return [
    ['current', current === null ? 'nothing deployed yet' : `${current.release.tag}  ${current.release.digest}`],
    ...(current === null ? nothing : ([['since', current.concludedAt]] as const)),
    ...(claim === null || claim.execution === null ? nothing : ([['deploying', `${claim.tag}  ${claim.digest}`], ['by', claim.execution]] as const)),
    ...(hold === null ? nothing : ([['held', `since ${hold.since} by ${hold.by}: ${hold.reason}`]] as const)),
    ...(next === null ? nothing : ([['next', `${next.release.tag}  ${next.release.digest}  waits since ${next.since}`]] as const)),
    ...(approval === null ? nothing : ([['approval', approvalWords(approval)]] as const)),
    ...(merge === null ? nothing : ([['merge', mergeWords(merge)]] as const)),
    ...quarantine.map(({ tag, digest, since, cause }): Fact => ['quarantine', `${tag}  ${digest}  since ${since}: ${cause}`]),
  ];
}

function approvalWords(approval: PendingApproval): string {
  const { release, requestedAt, expiresAt, execution } = approval;
  return `${release.tag}  ${release.digest}  waits since ${requestedAt}, until ${expiresAt}; ${approveCommand(approval, execution)}`;
}

function mergeWords({ release, pullRequest, requestedAt, expiresAt }: PendingMerge): string {
  return `${release.tag}  ${release.digest}  waits since ${requestedAt}, until ${expiresAt}; ${pullRequest.url}`;
}

function historyLine({ release, attempts }: DeploymentRecord, tagWidth: number, { paint }: Look): string {
  const last = attempts.at(-1);
  if (last === undefined) return `  ${release.releasedAt}  ${release.tag}`;
  const outcome = paint(colorOf(last.outcome), last.outcome.padEnd(OUTCOME_WIDTH));
  const repeated = attempts.length > 1 ? `  (attempt ${attempts.length})` : '';
  const back = last.rollback === null || last.outcome !== 'rolled-back' ? '' : `  back to ${last.rollback.tag} in ${seconds(last.rollback.took).trim()}`;
  return `  ${release.releasedAt}  ${release.tag.padEnd(tagWidth)}  ${outcome} ${seconds(last.timings.total)}${repeated}${back}${last.cause === null ? '' : `  ${last.cause}`}`;
}
