import type { GitHost, OpenGitHost } from '../../ports/git-host.ts';
import type { OpenPullRequests } from '../../ports/pull-requests.ts';
import { webPage } from '../forge/forge.ts';
import { createOpenForge, type ForgePorts, type TokenForge } from '../forge/token-forge.ts';
import { createVisit, proveFiles } from '../forge/visit.ts';
import { commitFiles } from './commit.ts';
import { createGiteaPulls } from './pull-requests.ts';
import { readSnapshot } from './read.ts';

const GITEA = { apiPath: '/api/v1', headers: (token: string) => ({ authorization: `token ${token}` }) };

/** Gitea by its API, from version 1.26 on. */
export function createOpenGitea(ports: ForgePorts): OpenGitHost {
  return createOpenForge(ports, {
    ...GITEA,
    create: (forge, repository) => createGiteaHost(forge, webPage(repository)),
  });
}

/** Pull requests on Gitea, from version 1.26 on. */
export function createOpenGiteaPulls(ports: ForgePorts): OpenPullRequests {
  return createOpenForge(ports, { ...GITEA, create: createGiteaPulls });
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
