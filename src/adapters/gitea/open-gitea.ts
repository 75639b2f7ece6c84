import type { GitHost, OpenGitHost } from '../../ports/git-host.ts';
import { webPage } from '../forge/forge.ts';
import { createOpenForge, type ForgePorts, type TokenForge } from '../forge/token-forge.ts';
import { createVisit, proveFiles } from '../forge/visit.ts';
import { commitFiles } from './commit.ts';
import { readSnapshot } from './read.ts';

/** Gitea by its API, from version 1.26 on. */
export function createOpenGitea(ports: ForgePorts): OpenGitHost {
  return createOpenForge(ports, {
    apiPath: '/api/v1',
    headers: (token) => ({ authorization: `token ${token}` }),
    create: (forge, repository) => createGiteaHost(forge, webPage(repository)),
  });
}

function createGiteaHost(gitea: TokenForge, page: string): GitHost {
  const visit = createVisit();
  const read = async (paths: readonly string[], revision?: string) => visit.keep(await readSnapshot(gitea, paths, revision));
  return {
    read,
    async commit(change) {
      await proveFiles(visit, change.head, Object.keys(change.files), read);
      return commitFiles(gitea, change, visit.files(change.head));
    },
    link: (revision) => `${page}/commit/${revision}`,
  };
}
