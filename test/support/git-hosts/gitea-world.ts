import { createOpenGitea, createOpenGiteaPulls } from '../../../src/adapters/gitea/open-gitea.ts';
import type { GitFiles } from '../../contract/git-host.contract.ts';
import type { PullRequestsWorld } from '../../contract/pull-requests.contract.ts';
import { createForgeWorld, type ForgeOptions, type ForgeWorld } from './forge-world.ts';
import { startGitea } from './gitea-stand-in.ts';
import { createPullsWorld } from './pulls-world.ts';

const GITEA: ForgeOptions = {
  host: 'gitea',
  start: startGitea,
  open: (secrets, limits) => createOpenGitea({ secrets, ...limits }),
  protectedWords: 'Not allowed to push to protected branch main',
};

/** A repository on the stand-in for Gitea. */
export async function createGiteaApiWorld(files: GitFiles): Promise<ForgeWorld> {
  return createForgeWorld(files, GITEA);
}

/** Its pull requests. */
export async function createGiteaPullsWorld(files: GitFiles): Promise<PullRequestsWorld> {
  return createPullsWorld(files, { ...GITEA, openPulls: (secrets) => createOpenGiteaPulls({ secrets }) });
}
