import type { GitHost, OpenGitHost } from '../../ports/git-host.ts';
import type { OpenPullRequests } from '../../ports/pull-requests.ts';
import { webPage } from '../forge/forge.ts';
import { createOpenForge, type ForgePorts, type TokenForge } from '../forge/token-forge.ts';
import { createVisit, proveFiles } from '../forge/visit.ts';
import { commitFiles } from './commit.ts';
import { createGitLabPulls } from './pull-requests.ts';
import { readSnapshot } from './read.ts';

const GITLAB = { apiPath: '/api/v4', headers: (token: string) => ({ 'private-token': token }) };

/** GitLab by its API, on gitlab.com or anywhere. */
export function createOpenGitLab(ports: ForgePorts): OpenGitHost {
  return createOpenForge(ports, {
    ...GITLAB,
    create: (forge, repository) => createGitLabHost(forge, webPage(repository)),
  });
}

/** Its merge requests. */
export function createOpenGitLabPulls(ports: ForgePorts): OpenPullRequests {
  return createOpenForge(ports, { ...GITLAB, create: createGitLabPulls });
}

function createGitLabHost(gitlab: TokenForge, page: string): GitHost {
  const visit = createVisit();
  const read = async (paths: readonly string[], revision?: string) => visit.keep(await readSnapshot(gitlab, paths, revision));
  return {
    read,
    async commit(change) {
      await proveFiles(visit, change.head, Object.keys(change.files), read);
      return commitFiles(gitlab, change, visit.files(change.head));
    },
    link: (revision) => `${page}/-/commit/${revision}`,
  };
}
