import { ConfigurationError } from '../../domain/errors.ts';
import type { GitRepository } from '../../domain/service.ts';
import type { OpenPullRequests } from '../../ports/pull-requests.ts';
// Not loaded late, as where the Git hosts are opened.
import { createOpenCodeCommitPulls } from '../codecommit/open-codecommit.ts';
import type { GitHostPorts } from './open-git-host.ts';

type Host = GitRepository['host'];

/** Opens the pull requests of a repository by its host. An adapter is loaded when it is first needed, and kept for the life of the process. */
export function createOpenPullRequests(ports: GitHostPorts): OpenPullRequests {
  const opened = new Map<Host, Promise<OpenPullRequests>>();
  return async (repository) => {
    const loading = opened.get(repository.host) ?? load(repository, ports);
    opened.set(repository.host, loading);
    return (await loading)(repository);
  };
}

async function load({ host, url }: GitRepository, ports: GitHostPorts): Promise<OpenPullRequests> {
  switch (host) {
    case 'git':
      throw new ConfigurationError(`Git repository ${url} has no pull requests over plain Git; name its host's API as host, or set delivery to commit.`);
    case 'gitea':
      return (await import('../gitea/open-gitea.ts')).createOpenGiteaPulls(ports);
    case 'github':
      return (await import('../github/open-github.ts')).createOpenGitHubPulls(ports);
    case 'gitlab':
      return (await import('../gitlab/open-gitlab.ts')).createOpenGitLabPulls(ports);
    case 'codecommit':
      return createOpenCodeCommitPulls();
  }
}
