import type { OpenGitHost } from '../../ports/git-host.ts';
import { createApiHost } from '../forge/api-host.ts';
import { webPage } from '../forge/forge.ts';
import { createOpenForge, type ForgePorts } from '../forge/token-forge.ts';
import { commitFiles } from './commit.ts';
import { readSnapshot } from './read.ts';

/** Gitea by its API, from version 1.26 on. */
export function createOpenGitea(ports: ForgePorts): OpenGitHost {
  return createOpenForge(ports, {
    apiPath: '/api/v1',
    headers: (token) => ({ authorization: `token ${token}` }),
    create: (forge, repository) =>
      createApiHost({
        readSnapshot: (paths, revision) => readSnapshot(forge, paths, revision),
        commitFiles: (change, known) => commitFiles(forge, change, known),
        commitPages: `${webPage(repository)}/commit/`,
      }),
  });
}
