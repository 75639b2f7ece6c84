import { createHttpGitWorld } from '../support/git/git-world.ts';
import type { GitFiles } from './git-host.contract.ts';
import { gitRefusalsContract, type RefusalsWorld } from './git-refusals.contract.ts';
import { lostPushContract } from './lost-push.contract.ts';

lostPushContract('memory', null);
lostPushContract('smart HTTP', createWorld);
lostPushContract('smart HTTP, a server without filter', (files, throughProxy) => createWorld(files, throughProxy, { filter: false }));
gitRefusalsContract('smart HTTP', createWorld);

async function createWorld(files: GitFiles, throughProxy: (url: string) => string, { filter = true } = {}): Promise<RefusalsWorld> {
  const world = await createHttpGitWorld(files, { filter });
  return { ...world, url: throughProxy(world.url) };
}
