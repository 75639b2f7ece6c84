import { createHttpGitWorld, type HttpGitOptions } from '../support/git/git-world.ts';
import { gitRefusalsContract } from './git-refusals.contract.ts';
import { type CreateLostPushWorld, lostPushContract } from './lost-push.contract.ts';

lostPushContract('memory', null);
lostPushContract('smart HTTP', createWorld({ filter: true }));
lostPushContract('smart HTTP, a server without filter', createWorld({ filter: false }));
gitRefusalsContract('smart HTTP', createWorld({ silence: 3_000 }));

function createWorld(options: HttpGitOptions): CreateLostPushWorld {
  return async (files, throughProxy) => {
    const world = await createHttpGitWorld(files, options);
    return { ...world, url: throughProxy(world.url) };
  };
}
