import { describeEdits } from '../domain/covers.ts';
import type { Environment } from '../domain/service.ts';
import { editsOf, sharedScalar } from '../domain/target-edits.ts';
import type { Problem } from './problem.ts';
import type { EnvironmentEntry } from './slipway-file.ts';

/** What an environment asks for that goes with pull requests alone, or does not go with them. */
export function deliveryProblems(entry: EnvironmentEntry, environment: Environment, path: Problem['path']): readonly Problem[] {
  if (environment.pullRequest === undefined) {
    return entry.merge === undefined ? [] : [{ path: [...path, 'merge'], message: 'needs delivery: pull-request; a commit is on the branch at once, so leave it out' }];
  }
  const hosts = hostsOf(environment);
  const problems: Problem[] = [];
  if (hosts.has('git')) {
    problems.push({ path: [...path, 'delivery'], message: 'is pull-request, which host git does not have; give the entry under git its own host (github, gitlab, gitea or codecommit), or set delivery: commit' });
  }
  if (environment.pullRequest.autoMerge && hosts.has('codecommit')) {
    problems.push({ path: [...path, 'merge', 'automatic'], message: 'is not to be had on codecommit, which merges no pull request by itself; leave it out' });
  }
  if (environment.rollback === 'automatic') {
    problems.push({ path: [...path, 'rollback'], message: 'is automatic, which does not go with delivery: pull-request, since nobody merges at three in the morning; set rollback: manual' });
  }
  const shared = sharedProposal(environment);
  if (shared !== null) problems.push({ path: [...path, 'delivery'], message: `is pull-request, and ${shared} in pull requests of their own; give them different edits, or the environment's alone` });
  return problems;
}

function hostsOf(environment: Environment): ReadonlySet<string> {
  return new Set(Object.values(environment.targets).flatMap((target) => editsOf(environment, target).map(({ git }) => git.host)));
}

/** A target with edits of its own has a pull request of its own: two that set one scalar would undo each other. */
function sharedProposal(environment: Environment): string | null {
  for (const [name, { edits }] of Object.entries(environment.targets)) {
    const shared = edits === undefined ? null : sharedScalar(environment, name);
    if (shared !== null) return `${name} and ${shared.with} set ${describeEdits([shared.edit])}`;
  }
  return null;
}
