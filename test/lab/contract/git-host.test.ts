import { afterAll, beforeAll } from 'vitest';
import { gitHostContract } from '../../contract/git-host.contract.ts';
import { createGiteaWorld, createPeople, type GiteaPeople } from '../../support/git/gitea-world.ts';
import { openLab } from '../../support/lab/open-lab.ts';

const { gitea } = await openLab();
let people: GiteaPeople;

beforeAll(async () => void (people = await createPeople(gitea)));
afterAll(() => people.remove());

gitHostContract('Gitea', (files) => createGiteaWorld(gitea, people, files));
