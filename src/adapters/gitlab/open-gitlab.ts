import type { OpenGitHost } from '../../ports/git-host.ts';
import type { OpenPullRequests } from '../../ports/pull-requests.ts';
import { createApiHost } from '../forge/api-host.ts';
import { webPage } from '../forge/forge.ts';
import { createOpenForge, type ForgePorts } from '../forge/token-forge.ts';
import { commitFiles } from './commit.ts';
import { createGitLabPulls } from './pull-requests.ts';
import { readSnapshot } from './read.ts';

const GITLAB = { apiPath: '/api/v4', headers: (token: string) => ({ 'private-token': token }) };

/** GitLab by its API, on gitlab.com or anywhere. */
export function createOpenGitLab(ports: ForgePorts): OpenGitHost {
  return createOpenForge(ports, {
    ...GITLAB,
    create: (forge, repository) =>
      createApiHost({
        readSnapshot: (paths, revision) => readSnapshot(forge, paths, revision),
        commitFiles: (change, known) => commitFiles(forge, change, known),
        commitPages: `${webPage(repository)}/-/commit/`,
      }),
  });
}

/** Its merge requests. */
export function createOpenGitLabPulls(ports: ForgePorts): OpenPullRequests {
  return createOpenForge(ports, { ...GITLAB, create: createGitLabPulls });
}
