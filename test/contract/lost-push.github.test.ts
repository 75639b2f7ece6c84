import { createGitHubWorld } from '../support/git-hosts/github-world.ts';
import { gitRefusalsContract } from './git-refusals.contract.ts';
import { type CreateLostPushWorld, lostPushContract } from './lost-push.contract.ts';

lostPushContract('GitHub', createWorld());
gitRefusalsContract('GitHub', createWorld(3_000));

function createWorld(silence?: number): CreateLostPushWorld {
  return async (files, throughProxy) => {
    const world = await createGitHubWorld(files, silence === undefined ? {} : { silence });
    return { ...world, url: throughProxy(world.url) };
  };
}
