import type { GitRepository } from '../../domain/service.ts';
import type { OpenGitHost } from '../../ports/git-host.ts';
import type { Secrets } from '../../ports/secrets.ts';
// Not loaded late: what is, a bundler takes whole, and of AWS's client a quarter is in use.
import { createOpenCodeCommit } from '../codecommit/open-codecommit.ts';

export type GitHostPorts = { readonly secrets: Secrets };

type Host = GitRepository['host'];

/** Opens a repository by its host. An adapter is loaded when its first repository is opened, and kept for the life of the process. */
export function createOpenGitHost(ports: GitHostPorts): OpenGitHost {
  const opened = new Map<Host, Promise<OpenGitHost>>();
  return async (repository) => {
    const loading = opened.get(repository.host) ?? load(repository.host, ports);
    opened.set(repository.host, loading);
    return (await loading)(repository);
  };
}

async function load(host: Host, ports: GitHostPorts): Promise<OpenGitHost> {
  switch (host) {
    case 'git':
      return (await import('../git/open-git-host.ts')).createOpenGit(ports);
    case 'github':
      return (await import('../github/open-github.ts')).createOpenGitHub(ports);
    case 'gitlab':
      return (await import('../gitlab/open-gitlab.ts')).createOpenGitLab(ports);
    case 'gitea':
      return (await import('../gitea/open-gitea.ts')).createOpenGitea(ports);
    case 'codecommit':
      return createOpenCodeCommit();
  }
}
