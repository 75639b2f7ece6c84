import { afterAll, beforeAll } from 'vitest';
import { gitBatchContract } from '../../contract/git-batch.contract.ts';
import { type ContentionWorld, gitContentionContract } from '../../contract/git-contention.contract.ts';
import { type GitFiles, gitHostContract } from '../../contract/git-host.contract.ts';
import { createGiteaWorld, createPeople, type GiteaPeople } from '../../support/git/gitea-world.ts';
import { openLab } from '../../support/lab/open-lab.ts';

/** The contract on the lab's forge, over smart HTTP or by its API: a file each, so that one does not wait for the other. */
export function giteaContract(name: string, host: 'git' | 'gitea'): void {
  let people: GiteaPeople;

  beforeAll(async () => void (people = await createPeople((await openLab()).gitea)));
  afterAll(() => people.remove());

  gitHostContract(name, async (files) => createGiteaWorld((await openLab()).gitea, people, files, host), { names: ['author', 'committer'] });

  async function createWorld(files: GitFiles): Promise<ContentionWorld> {
    const world = await createGiteaWorld((await openLab()).gitea, people, files, host);
    return { ...world, messages: async () => (await world.forge.log()).map(({ message }) => message) };
  }

  gitContentionContract(name, createWorld);
  gitBatchContract(name, createWorld);
}
