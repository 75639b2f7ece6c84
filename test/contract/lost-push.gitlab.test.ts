import { createGitLabWorld } from '../support/git-hosts/gitlab-world.ts';
import { gitRefusalsContract } from './git-refusals.contract.ts';
import { type CreateLostPushWorld, lostPushContract } from './lost-push.contract.ts';

lostPushContract('GitLab', createWorld());
gitRefusalsContract('GitLab', createWorld(3_000));

function createWorld(silence?: number): CreateLostPushWorld {
  return async (files, throughProxy) => {
    const world = await createGitLabWorld(files, silence === undefined ? {} : { silence });
    return { ...world, url: throughProxy(world.url) };
  };
}
