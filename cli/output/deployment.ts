import { type Outcome, type PodSummary, targetName, type TargetKey } from '../../src/domain/deployment.ts';
import type { Release } from '../../src/domain/release.ts';
import type { Attempt } from '../../src/ports/deployment-store.ts';
import { commitDiff } from './commit-diff.ts';
import { colorOf } from './outcome.ts';
import { type Look, PLAIN } from './terminal.ts';
import { seconds, waterfall } from './waterfall.ts';

/** How one attempt of a deployment went, for people: timings, commit, pods, outcome and cause. */
export function describeAttempt(key: TargetKey, release: Release, attempt: Attempt, look: Look = PLAIN): string {
  return [
    `${targetName(key)}  ${release.repository}:${release.tag}`,
    '',
    'Stages',
    waterfall(attempt.timings, look),
    '',
    'Commit',
    commitDiff(attempt.commit, look),
    '',
    'Pods',
    ...(attempt.pods.length === 0 ? ['  none was seen'] : attempt.pods.map((pod) => podLine(pod, look))),
    ...attempt.warnings.map((warning) => look.paint('yellow', `  warning: ${warning}`)),
    ...(attempt.pullRequest === undefined ? [] : ['', 'Pull request', `  #${attempt.pullRequest.number}  ${attempt.pullRequest.url}`]),
    ...(attempt.approvedBy === undefined ? [] : ['', 'Approval', `  by ${attempt.approvedBy}`]),
    ...(attempt.rollback === null ? [] : ['', 'Rollback', rollbackLine(attempt.outcome, attempt.rollback), commitDiff(attempt.rollback.commit, look)]),
    '',
    outcomeLine(attempt.outcome, attempt.cause, look),
  ].join('\n');
}

export function outcomeLine(outcome: Outcome, cause: string | null, { paint }: Look = PLAIN): string {
  return paint(colorOf(outcome), `Outcome: ${outcome}${cause === null ? '' : `: ${cause}`}`);
}

/** What came back in the place of a release that failed, and how long that took. */
function rollbackLine(outcome: Outcome, { tag, digest, took }: NonNullable<Attempt['rollback']>): string {
  return outcome === 'rolled-back' ? `  back to ${tag}  ${digest}  in ${seconds(took).trim()}` : `  to ${tag}  ${digest}, which failed too`;
}

/** One pod, as reports list it. */
export function podLine({ name, ready, digest }: PodSummary, { paint }: Look): string {
  const state = ready ? paint('green', 'Ready    ') : paint('red', 'not Ready');
  return `  ${state} ${name}  ${digest ?? 'digest unknown'}`;
}
