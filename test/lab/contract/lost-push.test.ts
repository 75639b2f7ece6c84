import { afterAll, beforeAll } from 'vitest';
import { type CreateLostPushWorld, lostPushContract } from '../../contract/lost-push.contract.ts';
import { createGiteaWorld, createPeople, type GiteaPeople } from '../../support/git/gitea-world.ts';
import { openLab } from '../../support/lab/open-lab.ts';

const { gitea } = await openLab();
let people: GiteaPeople;

beforeAll(async () => void (people = await createPeople(gitea)));
afterAll(() => people.remove());

lostPushContract('Gitea', createWorld('git'));
lostPushContract('Gitea, by its API', createWorld('gitea'));

function createWorld(host: 'git' | 'gitea'): CreateLostPushWorld {
  return async (files, throughProxy) => {
    const world = await createGiteaWorld(gitea, people, files, host);
    return { ...world, url: throughProxy(world.url), messages: async () => (await world.forge.log()).map(({ message }) => message) };
  };
}
