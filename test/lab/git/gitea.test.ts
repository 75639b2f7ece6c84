import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ConflictError, ForbiddenError, NotFoundError, RefusedError, UnauthorizedError } from '../../../src/domain/errors.ts';
import { createGiteaWorld, createPeople, type GiteaPeople, type GiteaWorld } from '../../support/git/gitea-world.ts';
import { openLab } from '../../support/lab/open-lab.ts';

const { gitea } = await openLab();
const FILE = 'envs/dev/values.yaml';

let people: GiteaPeople;
let world: GiteaWorld;

beforeAll(async () => void (people = await createPeople(gitea)));
afterAll(() => people.remove());
beforeEach(async () => void (world = await createGiteaWorld(gitea, people, { [FILE]: 'tag: v1\n' })));
afterEach(() => world.stop());

async function commitAs(user: Parameters<GiteaWorld['open']>[0]): Promise<string> {
  const host = await world.open(user);
  return host.commit({ head: await world.head(), files: { [FILE]: 'tag: v2\n' }, message: 'Deploy v2' });
}

describe('a private repository on Gitea', () => {
  it('does not exist for a user who may not read it', async () => {
    const outsider = await world.open('outsider');
    await expect(outsider.read([FILE])).rejects.toThrow(NotFoundError);
    await expect(outsider.read([FILE])).rejects.toThrow('or is hidden from the user of secret slipway/outsider; check its URL and that they may read it (HTTP 404: Repository not found)');
  });

  it('asks for credentials where there are none', async () => {
    const anonymous = await world.open('anonymous');
    await expect(anonymous.read([FILE])).rejects.toThrow(UnauthorizedError);
    await expect(anonymous.read([FILE])).rejects.toThrow('asks for credentials');
  });

  it('takes no push with a token that only reads, from a user who may write', async () => {
    const pushing = commitAs('cautious');
    await expect(pushing).rejects.toThrow(ForbiddenError);
    await expect(pushing).rejects.toThrow('grant write access to the repository');
  });

  it('takes no push from a user who may only read, and says so in its hook', async () => {
    const pushing = commitAs('reader');
    await expect(pushing).rejects.toThrow(ForbiddenError);
    await expect(pushing).rejects.toThrow('User permission denied for writing');
  });

  it('declines a push to a protected branch in its own words', async () => {
    await world.forge.protectBranch();
    const pushing = commitAs('writer');
    await expect(pushing).rejects.toThrow(RefusedError);
    await expect(pushing).rejects.toThrow('Not allowed to push to protected branch main');
  });

  it('can still be read when it is archived, and says why nothing is pushed', async () => {
    await world.forge.archive();
    expect((await (await world.open('reader')).read([FILE])).files).toEqual({ [FILE]: 'tag: v1\n' });
    const pushing = commitAs('writer');
    await expect(pushing).rejects.toThrow(ForbiddenError);
    await expect(pushing).rejects.toThrow('This repo is archived');
  });
});

describe('a repository on Gitea that was renamed', () => {
  it('is named by its new URL, to a function that starts and to one that knew the old URL', async () => {
    const kept = await world.open('writer');
    const { revision } = await kept.read([FILE]);
    const renamed = await world.forge.rename(`${world.forge.name}-moved`);
    try {
      // Gitea leaves the suffix out of where it leads.
      const words = `has moved to ${renamed.url.replace(/\.git$/, '')}; change its URL.`;
      await expect((await world.open('reader')).read([FILE])).rejects.toThrow(words);
      await expect(kept.read([FILE])).rejects.toThrow(words);
      await expect(kept.commit({ head: revision, files: { [FILE]: 'tag: v2\n' }, message: 'Deploy v2' })).rejects.toThrow(words);
    } finally {
      await renamed.rename(world.forge.name);
    }
  });
});

describe('a race on Gitea', () => {
  it('is lost to a push that comes while the hooks of ours run', async () => {
    const { revision: head } = await (await world.open('writer')).read([FILE]);
    const pushes = await Promise.allSettled(Array.from({ length: 8 }, async (_, index) => (await world.open('writer')).commit({ head, files: { [FILE]: `tag: v${index}\n` }, message: `Deploy v${index}` })));
    const reasons = pushes.flatMap((push) => (push.status === 'rejected' ? [push.reason as unknown] : []));
    expect(reasons).toHaveLength(7);
    for (const reason of reasons) expect(reason).toBeInstanceOf(ConflictError);
  });
});
