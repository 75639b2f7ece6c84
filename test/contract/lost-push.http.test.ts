import { createHttpGitWorld } from '../support/git/git-world.ts';
import type { GitFiles } from './git-host.contract.ts';
import { lostPushContract, type LostPushWorld } from './lost-push.contract.ts';

lostPushContract('memory', null);
lostPushContract('smart HTTP', (files) => startWorld(files, { filter: true }));
lostPushContract('smart HTTP, a server without filter', (files) => startWorld(files, { filter: false }));

async function startWorld(files: GitFiles, server: { readonly filter: boolean }): Promise<LostPushWorld> {
  const world = await createHttpGitWorld(files, server);
  return { ...world, messages: async () => (await world.git('log', '-z', '--format=%B', 'main')).split('\0') };
}
