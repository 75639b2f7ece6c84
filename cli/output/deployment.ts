import { type Outcome, targetName, type TargetKey } from '../../src/domain/deployment.ts';
import type { Release } from '../../src/domain/release.ts';
import type { Attempt } from '../../src/ports/deployment-store.ts';
import { commitDiff } from './commit-diff.ts';
import { waterfall } from './waterfall.ts';

/** How the last attempt of a deployment went, for people: timings, commit, pods, outcome and cause. */
export function describeAttempt(key: TargetKey, release: Release, attempt: Attempt): string {
  const pods = attempt.pods.map((pod) => `  ${pod.ready ? 'Ready    ' : 'not Ready'} ${pod.name}  ${pod.digest ?? 'digest unknown'}`);
  return [
    `${targetName(key)}  ${release.repository}:${release.tag}`,
    '',
    'Stages',
    waterfall(attempt.timings),
    '',
    'Commit',
    commitDiff(attempt.commit),
    '',
    'Pods',
    ...(pods.length === 0 ? ['  none'] : pods),
    ...attempt.warnings.map((warning) => `  warning: ${warning}`),
    '',
    outcomeLine(attempt.outcome, attempt.cause),
  ].join('\n');
}

export function outcomeLine(outcome: Outcome, cause: string | null): string {
  return `Outcome: ${outcome}${cause === null ? '' : `: ${cause}`}`;
}
