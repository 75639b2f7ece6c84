import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect } from 'vitest';
import { callGitea, type GiteaCall } from '../../../lab/git/gitea-api.ts';
import { createOpenGiteaPulls } from '../../../src/adapters/gitea/open-gitea.ts';
import { createMemorySecrets } from '../../../src/adapters/memory/secrets.ts';
import { pullRequestsContract } from '../../contract/pull-requests.contract.ts';
import { createGiteaWorld, createPeople, type GiteaPeople } from '../../support/git/gitea-world.ts';
import { openLab } from '../../support/lab/open-lab.ts';

const { gitea } = await openLab();

let people: GiteaPeople;
beforeAll(async () => void (people = await createPeople(gitea)));
afterAll(() => people.remove());

/** Gitea merges no pull request before it knows whether it can be. */
async function merge(api: string, number: number): Promise<void> {
  const ask = () => callGitea(gitea, { method: 'POST', path: `${api}/pulls/${number}/merge`, body: { do: 'squash' } }).then(() => 'merged', (error: Error) => error.message);
  await expect.poll(ask, { timeout: 20_000 }).toBe('merged');
}

pullRequestsContract('real Gitea', async (files) => {
  const world = await createGiteaWorld(gitea, people, files, 'gitea');
  const { forge } = world;
  const api = `/repos/${gitea.username}/${forge.name}`;
  const call = (request: GiteaCall) => callGitea(gitea, request);
  const tokens = { writer: people.writer.password, reader: people.reader.password, stranger: 'made-up' };
  const secrets = createMemorySecrets(Object.fromEntries(Object.entries(tokens).map(([user, token]) => [`slipway/${user}`, JSON.stringify({ token })])));
  const open = createOpenGiteaPulls({ secrets });
  return {
    open: (user) => open({ host: 'gitea', url: forge.url, branch: 'main', aliases: [], credentials: `slipway/${user}` }),
    openHost: (user) => world.open(user),
    commit: (changed) => world.commit(changed),
    head: () => world.head(),
    merge: (number) => merge(api, number),
    close: async (number) => void (await call({ method: 'PATCH', path: `${api}/pulls/${number}`, body: { state: 'closed' } })),
    person: gitea.username,
    async branch(name) {
      const head = await forge.resolve(`refs/heads/${name}`);
      return head === null ? null : { head, parent: (await forge.resolve(`${head}^`)) ?? '' };
    },
    async words(number) {
      const { title, body } = (await call({ path: `${api}/pulls/${number}` })) as { title: string; body: string };
      return { title, body };
    },
    async requireCheck() {
      await call({ method: 'POST', path: `${api}/branch_protections`, body: { rule_name: 'main', enable_push: true, enable_status_check: true, status_check_contexts: ['ci'] } });
      return async () => {
        const head = await forge.resolve('refs/heads/slipway/dev/inference-service');
        // Gitea takes up a wish to merge later once it is stored; nothing tells of that.
        await sleep(200);
        await call({ method: 'POST', path: `${api}/statuses/${head}`, body: { state: 'success', context: 'ci' } });
      };
    },
    meanwhile: null,
    turnOff: async () => void (await call({ method: 'PATCH', path: api, body: { has_pull_requests: false } })),
    stop: () => world.stop(),
  };
});
