import { afterAll, beforeAll } from 'vitest';
import { lostPushContract } from '../../contract/lost-push.contract.ts';
import { createGiteaWorld, createPeople, type GiteaPeople } from '../../support/git/gitea-world.ts';
import { openLab } from '../../support/lab/open-lab.ts';

const { gitea } = await openLab();
let people: GiteaPeople;

beforeAll(async () => void (people = await createPeople(gitea)));
afterAll(() => people.remove());

lostPushContract('Gitea', async (files) => {
  const world = await createGiteaWorld(gitea, people, files);
  return { ...world, messages: async () => (await world.forge.log()).map(({ message }) => message) };
});
