import { type ApplicationSource, type ObservedApplication, sourceOf } from './application.ts';
import { ConfigurationError, ForbiddenError } from './errors.ts';
import type { GitRepository } from './service.ts';

/** What is known before a commit that would be in vain unless the Application picks it up. */
export type CommitProspect = {
  readonly application: ObservedApplication;
  /** Whether our token may sync it. */
  readonly maySync: boolean;
  readonly repository: GitRepository;
  /** Whether the branch is the repository's default one, so that `HEAD` means it. */
  readonly isDefaultBranch: boolean;
};

/**
 * Makes sure that a commit will be deployed by this Application: it is ours to sync, is not being deleted, and follows our branch.
 * @throws ForbiddenError without the right to sync; ConfigurationError for the rest
 */
export function checkApplication({ application, maySync, repository, isDefaultBranch }: CommitProspect): void {
  const { name, project, sources } = application;
  if (application.deleting) throw new ConfigurationError(`Application ${name} is being deleted; create it again, or remove its target from slipway.yaml`);
  if (!maySync) throw new ForbiddenError(`Application ${name} may not be synced by our token; give the role in project ${project} the right applications, sync, ${project}/${name}`);
  const position = sourceOf(application, repository);
  const source = position === null ? undefined : sources[position];
  if (source === undefined) {
    const others = sources.map(({ repoUrl }) => repoUrl).join(' and ') || 'no source';
    throw new ConfigurationError(`Application ${name} deploys from ${others}, and the commit goes to ${repository.url}; correct one of them, or add the other URL to aliases`);
  }
  if (followsBranch(source, repository.branch, isDefaultBranch)) return;
  const followed = source.targetRevision === '' ? 'HEAD' : source.targetRevision;
  throw new ConfigurationError(`Application ${name} follows ${followed} of ${source.repoUrl}, and the commit goes to ${repository.branch}; make its targetRevision or the branch in slipway.yaml the same`);
}

/** Whether the Application says which branch it follows: else it depends on the repository's default one. */
export function namesBranch(application: ObservedApplication, repository: GitRepository): boolean {
  const position = sourceOf(application, repository);
  const revision = position === null ? undefined : application.sources[position]?.targetRevision;
  return revision !== undefined && revision !== '' && revision !== 'HEAD';
}

/** An empty targetRevision means HEAD to Argo CD, and HEAD the default branch. */
function followsBranch({ targetRevision }: ApplicationSource, branch: string, isDefaultBranch: boolean): boolean {
  if (targetRevision === '' || targetRevision === 'HEAD') return isDefaultBranch;
  return targetRevision === branch || targetRevision === `refs/heads/${branch}`;
}
