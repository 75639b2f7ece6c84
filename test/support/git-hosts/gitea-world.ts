import { createOpenGitea } from '../../../src/adapters/gitea/open-gitea.ts';
import type { GitFiles } from '../../contract/git-host.contract.ts';
import { createForgeWorld, type ForgeWorld } from './forge-world.ts';
import { startGitea } from './gitea-stand-in.ts';

/** A repository on the stand-in for Gitea. */
export async function createGiteaApiWorld(files: GitFiles): Promise<ForgeWorld> {
  return createForgeWorld(files, {
    host: 'gitea',
    start: startGitea,
    open: (secrets, limits) => createOpenGitea({ secrets, ...limits }),
    protectedWords: 'Not allowed to push to protected branch main',
  });
}
