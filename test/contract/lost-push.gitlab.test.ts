import { createGitLabWorld } from '../support/git-hosts/gitlab-world.ts';
import type { GitFiles } from './git-host.contract.ts';
import { gitRefusalsContract, type RefusalsWorld } from './git-refusals.contract.ts';
import { lostPushContract } from './lost-push.contract.ts';

lostPushContract('GitLab', createWorld);
gitRefusalsContract('GitLab', createWorld);

async function createWorld(files: GitFiles, throughProxy: (url: string) => string): Promise<RefusalsWorld> {
  const world = await createGitLabWorld(files);
  return { ...world, url: throughProxy(world.url) };
}
