import { DEFAULT_BODY, DEFAULT_SUBJECT, fillTemplate, type PlaceholderValues } from './commit-template.ts';
import { type Deployment, goalOf, targetName } from './deployment.ts';
import { ConfigurationError } from './errors.ts';
import type { Release } from './release.ts';
import type { CommitSettings } from './service.ts';

export type CommitContext = {
  /** What the target had before; null where that is not known, or nothing. A rollback's is the release that failed. */
  readonly previous?: Pick<Release, 'tag' | 'digest'> | null;
  /** As the repository's entry says; what it leaves out has a default. */
  readonly settings?: Pick<CommitSettings, 'subject' | 'body'> | undefined;
};

/**
 * What a commit says: a subject and a body for people, and trailers (git-interpret-trailers) by which a retry knows its own commit.
 * No template can leave the trailers out.
 * @throws ConfigurationError for a name that holds a line end or another control character, which could forge a trailer
 */
export function commitMessage(execution: string, deployment: Deployment, { previous = null, settings = {} }: CommitContext = {}): string {
  const values = placeholderValues(execution, deployment, previous);
  const trailers = trailersOf(execution, deployment);
  const forged = [...Object.values(values), ...trailers].find((text) => text !== null && /\p{Cc}/u.test(text));
  if (typeof forged === 'string') throw new ConfigurationError(`The commit message would hold a control character in ${JSON.stringify(forged)}; correct that name`);
  const paragraphs = [fillTemplate(settings.subject ?? DEFAULT_SUBJECT, values), fillTemplate(settings.body ?? DEFAULT_BODY, values), trailers.join('\n')];
  return `${paragraphs.map((text) => text.trim()).filter((text) => text !== '').join('\n\n')}\n`;
}

/**
 * Whether a commit is the one that this execution made for this target, perhaps without hearing of it. One that names several releases
 * has the trailers of each together.
 */
export function isOwnCommit(message: string, execution: string, deployment: Deployment): boolean {
  return `\n${message}\n`.includes(`\n${trailersOf(execution, deployment).join('\n')}\n`);
}

function placeholderValues(execution: string, deployment: Deployment, previous: Pick<Release, 'tag' | 'digest'> | null): PlaceholderValues {
  const { service, environment, target, rollback } = deployment;
  const { registry, repository, tag, digest } = goalOf(deployment);
  const before = rollback === undefined ? previous : deployment.release;
  return {
    action: rollback === undefined ? 'deploy' : 'rollback',
    service,
    environment,
    target,
    tag,
    digest,
    image: `${registry}/${repository}:${tag}`,
    previous: before === null || before.digest === digest ? null : `${before.tag} (${before.digest})`,
    execution,
    link: executionPage(execution) ?? execution,
  };
}

/** Who made the commit, what it brings, and where to: a rollback brings another release than the deployment before it. */
function trailersOf(execution: string, deployment: Deployment): readonly string[] {
  const { repository, tag, digest } = goalOf(deployment);
  return [`Slipway-Target: ${targetName(deployment)}`, `Slipway-Execution: ${execution}`, `Slipway-Release: ${repository}:${tag}@${digest}`];
}

/** Page of an execution in the console of AWS's public regions; null for other partitions. */
function executionPage(execution: string): string | null {
  const region = /^arn:aws:states:([a-z0-9-]+):/.exec(execution)?.[1];
  return region === undefined ? null : `https://${region}.console.aws.amazon.com/states/home?region=${region}#/v2/executions/details/${execution}`;
}
