import { afterAll, beforeAll } from 'vitest';
import { gitContentionContract } from '../../contract/git-contention.contract.ts';
import { gitHostContract } from '../../contract/git-host.contract.ts';
import { createGiteaWorld, createPeople, type GiteaPeople } from '../../support/git/gitea-world.ts';
import { openLab } from '../../support/lab/open-lab.ts';

const { gitea } = await openLab();
let people: GiteaPeople;

beforeAll(async () => void (people = await createPeople(gitea)));
afterAll(() => people.remove());

gitHostContract('Gitea', (files) => createGiteaWorld(gitea, people, files), { names: ['author', 'committer'] });
gitHostContract('Gitea, by its API', (files) => createGiteaWorld(gitea, people, files, 'gitea'), { names: ['author', 'committer'] });

for (const host of ['git', 'gitea'] as const) {
  gitContentionContract(host === 'git' ? 'Gitea' : 'Gitea, by its API', async (files) => {
    const world = await createGiteaWorld(gitea, people, files, host);
    return { ...world, messages: async () => (await world.forge.log()).map(({ message }) => message) };
  });
}
