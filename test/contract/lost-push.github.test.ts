import { createGitHubWorld } from '../support/git-hosts/github-world.ts';
import type { GitFiles } from './git-host.contract.ts';
import { gitRefusalsContract, type RefusalsWorld } from './git-refusals.contract.ts';
import { lostPushContract } from './lost-push.contract.ts';

lostPushContract('GitHub', createWorld);
gitRefusalsContract('GitHub', createWorld);

async function createWorld(files: GitFiles, throughProxy: (url: string) => string): Promise<RefusalsWorld> {
  const world = await createGitHubWorld(files);
  return { ...world, url: throughProxy(world.url) };
}
