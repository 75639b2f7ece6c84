import { createOpenGitLab, createOpenGitLabPulls } from '../../../src/adapters/gitlab/open-gitlab.ts';
import type { GitFiles } from '../../contract/git-host.contract.ts';
import type { PullRequestsWorld } from '../../contract/pull-requests.contract.ts';
import { createForgeWorld, type ForgeOptions, type ForgeWorld } from './forge-world.ts';
import { startGitLab } from './gitlab-stand-in.ts';
import { createPullsWorld } from './pulls-world.ts';

const GITLAB: ForgeOptions = {
  host: 'gitlab',
  start: startGitLab,
  open: (secrets, limits) => createOpenGitLab({ secrets, ...limits }),
  protectedWords: 'You are not allowed to push into this branch',
};

/** A project on the stand-in for GitLab. */
export async function createGitLabWorld(files: GitFiles): Promise<ForgeWorld> {
  return createForgeWorld(files, GITLAB);
}

/** Its merge requests. GitLab moves a branch without comparing, so that somebody may come in between. */
export async function createGitLabPullsWorld(files: GitFiles): Promise<PullRequestsWorld> {
  return { ...(await createPullsWorld(files, { ...GITLAB, openPulls: (secrets) => createOpenGitLabPulls({ secrets }) })), meanwhile: null };
}
