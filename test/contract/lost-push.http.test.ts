import { createHttpGitWorld } from '../support/git/git-world.ts';
import { lostPushContract } from './lost-push.contract.ts';

lostPushContract('smart HTTP', async (files) => {
  const world = await createHttpGitWorld(files);
  return { ...world, messages: async () => (await world.git('log', '-z', '--format=%B', 'main')).split('\0') };
});
