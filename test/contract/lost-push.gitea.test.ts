import { createGiteaApiWorld } from '../support/git-hosts/gitea-world.ts';
import type { GitFiles } from './git-host.contract.ts';
import { gitRefusalsContract, type RefusalsWorld } from './git-refusals.contract.ts';
import { lostPushContract } from './lost-push.contract.ts';

lostPushContract('Gitea', createWorld);
gitRefusalsContract('Gitea', createWorld);

async function createWorld(files: GitFiles, throughProxy: (url: string) => string): Promise<RefusalsWorld> {
  const world = await createGiteaApiWorld(files);
  return { ...world, url: throughProxy(world.url) };
}
