import type { OpenGitHost } from '../../ports/git-host.ts';
import { createApiHost } from '../forge/api-host.ts';
import { webPage } from '../forge/forge.ts';
import { createOpenForge, type ForgePorts } from '../forge/token-forge.ts';
import { commitFiles } from './commit.ts';
import { readSnapshot } from './read.ts';

/** GitLab by its API, on gitlab.com or anywhere. */
export function createOpenGitLab(ports: ForgePorts): OpenGitHost {
  return createOpenForge(ports, {
    apiPath: '/api/v4',
    headers: (token) => ({ 'private-token': token }),
    create: (forge, repository) =>
      createApiHost({
        readSnapshot: (paths, revision) => readSnapshot(forge, paths, revision),
        commitFiles: (change, known) => commitFiles(forge, change, known),
        commitPages: `${webPage(repository)}/-/commit/`,
      }),
  });
}
