import { type Deployment, goalOf } from './deployment.ts';
import { ConfigurationError } from './errors.ts';
import { imageReference } from './release.ts';

/**
 * What a commit says: a subject for people, the image that it brings and the execution's page, and trailers
 * (git-interpret-trailers) by which a retry knows its own commit.
 * @throws ConfigurationError for a name that holds a line end or another control character, which could forge a trailer
 */
export function commitMessage(execution: string, deployment: Deployment): string {
  const goal = goalOf(deployment);
  const page = executionPage(execution);
  const lines = [
    subjectOf(deployment),
    '',
    `Image ${imageReference(goal)}`,
    ...(page === null ? [] : [page]),
    '',
    executionTrailer(execution),
    `Slipway-Release: ${goal.repository}:${goal.tag}@${goal.digest}`,
  ];
  const forged = lines.find((line) => /\p{Cc}/u.test(line));
  if (forged !== undefined) throw new ConfigurationError(`The commit message would hold a control character in ${JSON.stringify(forged)}; correct that name`);
  return `${lines.join('\n')}\n`;
}

/** Whether a commit is the one that this execution made for this target, perhaps without hearing of it. */
export function isOwnCommit(message: string, execution: string, deployment: Deployment): boolean {
  const lines = message.split('\n');
  return lines[0] === subjectOf(deployment) && lines.includes(executionTrailer(execution));
}

function subjectOf({ service, release, rollback, environment, target }: Deployment): string {
  if (rollback !== undefined) return `Roll back ${service} from ${release.tag} to ${rollback.release.tag} on ${environment}/${target}`;
  return `Deploy ${service} ${release.tag} to ${environment}/${target}`;
}

function executionTrailer(execution: string): string {
  return `Slipway-Execution: ${execution}`;
}

/** Page of an execution in the console of AWS's public regions; null for other partitions. */
function executionPage(execution: string): string | null {
  const region = /^arn:aws:states:([a-z0-9-]+):/.exec(execution)?.[1];
  return region === undefined ? null : `https://${region}.console.aws.amazon.com/states/home?region=${region}#/v2/executions/details/${execution}`;
}
