import type { OpenGitHost } from '../../ports/git-host.ts';
import type { OpenPullRequests } from '../../ports/pull-requests.ts';
import { createApiHost } from '../forge/api-host.ts';
import { webPage } from '../forge/forge.ts';
import { createOpenForge, type ForgePorts } from '../forge/token-forge.ts';
import { commitFiles } from './commit.ts';
import { createGiteaPulls } from './pull-requests.ts';
import { readSnapshot } from './read.ts';

const GITEA = { apiPath: '/api/v1', headers: (token: string) => ({ authorization: `token ${token}` }) };

/** Gitea by its API, from version 1.26 on. */
export function createOpenGitea(ports: ForgePorts): OpenGitHost {
  return createOpenForge(ports, {
    ...GITEA,
    create: (forge, repository) =>
      createApiHost({
        readSnapshot: (paths, revision) => readSnapshot(forge, paths, revision),
        commitFiles: (change, known) => commitFiles(forge, change, known),
        commitPages: `${webPage(repository)}/commit/`,
      }),
  });
}

/** Pull requests on Gitea, from version 1.26 on. */
export function createOpenGiteaPulls(ports: ForgePorts): OpenPullRequests {
  return createOpenForge(ports, { ...GITEA, create: createGiteaPulls });
}
