import { createOpenGitLab } from '../../../src/adapters/gitlab/open-gitlab.ts';
import type { GitFiles } from '../../contract/git-host.contract.ts';
import { createForgeWorld, type ForgeWorld } from './forge-world.ts';
import { startGitLab } from './gitlab-stand-in.ts';

/** A project on the stand-in for GitLab. */
export async function createGitLabWorld(files: GitFiles): Promise<ForgeWorld> {
  return createForgeWorld(files, {
    host: 'gitlab',
    start: startGitLab,
    open: (secrets, limits) => createOpenGitLab({ secrets, ...limits }),
    protectedWords: 'You are not allowed to push into this branch',
  });
}
