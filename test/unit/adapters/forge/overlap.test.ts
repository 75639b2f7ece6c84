import { afterEach, describe, expect, it } from 'vitest';
import { commitIfHead } from '../../../../sandbox/git/bare-repository.ts';
import { runGit } from '../../../../sandbox/git/run-git.ts';
import { ConflictError } from '../../../../src/domain/errors.ts';
import type { ForgeWorld } from '../../../support/git-hosts/forge-world.ts';
import { createGiteaApiWorld } from '../../../support/git-hosts/gitea-world.ts';
import { createGitLabWorld } from '../../../support/git-hosts/gitlab-world.ts';

const FILE = 'values.yaml';
const FILES = { [FILE]: 'tag: v1\n', 'README.md': 'hello\n' };
let world: ForgeWorld;
afterEach(() => world.stop());

async function commitTag(tag: string): Promise<string> {
  const host = await world.open('writer');
  const { revision: head } = await host.read([FILE]);
  return host.commit({ head, files: { [FILE]: `tag: ${tag}\n` }, message: `Deploy ${tag}` });
}

async function text(): Promise<string | undefined> {
  return (await (await world.open('reader')).read([FILE])).files[FILE];
}

describe('GitLab, whose branch moves after its checks and before the commit', () => {
  it('keeps the commit when others changed an unrelated file', async () => {
    world = await createGitLabWorld(FILES);
    world.state.meanwhile = () => world.commit({ 'README.md': 'changed\n' });
    const revision = await commitTag('v2');
    expect(await world.head()).toBe(revision);
    expect((await (await world.open('reader')).read([FILE, 'README.md'])).files).toEqual({ [FILE]: 'tag: v2\n', 'README.md': 'changed\n' });
  });

  it('keeps the commit when what came in between says the same, as our own does whose answer was lost', async () => {
    world = await createGitLabWorld(FILES);
    world.state.meanwhile = () => world.commit({ [FILE]: 'tag: v2\n' });
    expect(await commitTag('v2')).toBe(await world.head());
    expect(await text()).toBe('tag: v2\n');
  });

  it('gives the file back to those who changed it', async () => {
    world = await createGitLabWorld(FILES);
    world.state.meanwhile = () => world.commit({ [FILE]: 'tag: v1\nreplicas: 3\n' });
    await expect(commitTag('v2')).rejects.toThrow(ConflictError);
    expect(await text()).toBe('tag: v1\nreplicas: 3\n');
    expect((await world.messages())[0]).toMatch(/^Take back [0-9a-f]{40}\n/);
  });

  it('takes the commit back when a newer release has made one that changes nothing', async () => {
    world = await createGitLabWorld(FILES);
    world.state.meanwhile = async () => {
      await commitIfHead(world.state.directory, { branch: 'main', parent: await world.head(), message: 'Deploy v1 again\n', files: {} });
    };
    await expect(commitTag('v2')).rejects.toThrow(ConflictError);
    expect(await text()).toBe('tag: v1\n');
  });

  it('takes the commit back when the branch was moved back by force', async () => {
    world = await createGitLabWorld(FILES);
    const first = await world.head();
    await world.commit({ 'README.md': 'changed\n' });
    world.state.meanwhile = () => world.reset(first);
    await expect(commitTag('v2')).rejects.toThrow(ConflictError);
    expect(await text()).toBe('tag: v1\n');
  });
});

describe('Gitea, whose branch moves at the last moment', () => {
  it('is not asked what its failure was, but where the branch is', async () => {
    world = await createGiteaApiWorld(FILES);
    world.state.meanwhile = () => world.commit({ 'README.md': 'changed\n' });
    await expect(commitTag('v2')).rejects.toThrow(ConflictError);
    expect(await text()).toBe('tag: v1\n');
  });

  it('has no other branch left, whether the commit went in or not', async () => {
    world = await createGiteaApiWorld(FILES);
    await commitTag('v2');
    await world.decline('no');
    await commitTag('v3').catch(() => undefined);
    await world.protect();
    await commitTag('v4').catch(() => undefined);
    expect(world.standIn.calls.filter((call) => call.startsWith('DELETE')).length).toBeGreaterThan(0);
    expect(await branches(world)).toEqual(['main']);
  });
});

async function branches({ state: { directory } }: ForgeWorld): Promise<readonly string[]> {
  return (await runGit(directory, ['for-each-ref', '--format=%(refname:short)', 'refs/heads'])).toString().split('\n').filter(Boolean);
}
