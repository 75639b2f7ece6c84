import { createGiteaApiWorld } from '../support/git-hosts/gitea-world.ts';
import { gitRefusalsContract } from './git-refusals.contract.ts';
import { type CreateLostPushWorld, lostPushContract } from './lost-push.contract.ts';

lostPushContract('Gitea', createWorld());
gitRefusalsContract('Gitea', createWorld(3_000));

function createWorld(silence?: number): CreateLostPushWorld {
  return async (files, throughProxy) => {
    const world = await createGiteaApiWorld(files, silence === undefined ? {} : { silence });
    return { ...world, url: throughProxy(world.url) };
  };
}
