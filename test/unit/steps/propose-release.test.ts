import { describe, expect, it } from 'vitest';
import { NotFoundError, UnavailableError } from '../../../src/domain/errors.ts';
import type { GitRepository } from '../../../src/domain/service.ts';
import type { GitHost } from '../../../src/ports/git-host.ts';
import { commitRelease } from '../../../src/steps/commit-release.ts';
import { aDigest, aRelease } from '../../support/release.ts';
import { aProposingWorld, BRANCH, FILE, NEW, OLD, valuesOf } from '../../support/proposing-world.ts';

/** Reads as the host does, but for one revision that has no such file. */
function withoutFileAt(gone: string | undefined, host: GitHost): GitHost['read'] {
  return (paths, revision) => (revision === gone ? Promise.reject(new NotFoundError('has no file')) : host.read(paths, revision));
}

describe('commitRelease › where releases are proposed', () => {
  it('opens a pull request worded as the commit, and leaves the branch as it is', async () => {
    const world = await aProposingWorld();
    const base = world.repository.head();
    const { status, deployment } = await world.propose('a', NEW);
    const [pull] = world.repository.pulls.all();
    expect(status).toBe('proposed');
    expect(deployment.pullRequest).toEqual({ number: 1, url: pull?.url, timeoutSeconds: 3_600, base, changes: [expect.objectContaining({ path: 'image.tag', after: '  tag: 1.2.0' }), expect.objectContaining({ path: 'image.digest' })] });
    expect(deployment).toMatchObject({ marks: { committed: world.now() } });
    expect(deployment.commit).toBeUndefined();
    expect(pull).toMatchObject({ branch: BRANCH, title: 'deploy(dev): inference-service 1.2.0', body: expect.stringMatching(/^Release: .*\nDigest: [^]*\nExecution: a$/) as unknown });
    expect(await world.textOf(pull?.head ?? '')).toBe(valuesOf(NEW));
    expect(world.repository.head()).toBe(base);
  });

  it('keeps no newer release waiting: its claim is not noted as one that commits', async () => {
    const world = await aProposingWorld();
    await world.propose('a', NEW);
    expect((await world.state()).claim).toMatchObject({ execution: 'a', committing: false });
  });

  it('gives the open pull request the newer release', async () => {
    const world = await aProposingWorld();
    await world.propose('a', OLD);
    const { deployment } = await world.propose('b', NEW);
    expect(world.repository.pulls.all()).toMatchObject([{ number: 1, state: 'open', title: 'deploy(dev): inference-service 1.2.0' }]);
    expect(await world.textOf(world.repository.pulls.branch(BRANCH)?.head ?? '')).toBe(valuesOf(NEW));
    expect(deployment.pullRequest?.number).toBe(1);
  });

  it('is superseded where the claim went to another execution, and moves nothing', async () => {
    const world = await aProposingWorld();
    const late = await world.claimed('a', OLD);
    await world.propose('b', NEW);
    const { head } = world.repository.pulls.branch(BRANCH) ?? {};
    expect(await world.run('a', late)).toMatchObject({ status: 'superseded' });
    expect(world.repository.pulls.branch(BRANCH)?.head).toBe(head);
  });

  it('is superseded where the claim goes in the midst of it, and moves nothing', async () => {
    const world = await aProposingWorld({ beforePropose: async (attempt, world) => void (attempt === 1 && (await world.propose('b', NEW))) });
    expect(await world.propose('a', OLD)).toMatchObject({ status: 'superseded' });
    expect(await world.textOf(world.repository.pulls.branch(BRANCH)?.head ?? '')).toBe(valuesOf(NEW));
  });

  it('finds what it has proposed already, and makes no second commit', async () => {
    const world = await aProposingWorld();
    const deployment = await world.claimed('a', NEW);
    await world.run('a', deployment);
    const before = world.repository.pulls.branch(BRANCH);
    expect(await world.run('a', deployment)).toMatchObject({ status: 'proposed', deployment: { pullRequest: { number: 1 } } });
    expect(world.repository.pulls.branch(BRANCH)).toEqual(before);
  });

  it('proposes again what an interrupted execution may be about to move away', async () => {
    const world = await aProposingWorld();
    await world.propose('a', NEW);
    const before = world.repository.pulls.branch(BRANCH)?.head;
    const deployment = { ...(await world.claimed('b', NEW)), interrupts: [{ tag: OLD.tag, digest: OLD.digest }] };
    await world.run('b', deployment);
    expect(world.repository.pulls.branch(BRANCH)?.head).not.toBe(before);
    const own = world.repository.pulls.branch(BRANCH)?.head;
    await world.run('b', deployment);
    expect(world.repository.pulls.branch(BRANCH)?.head).toBe(own);
  });

  it('proposes on top of the file as somebody else has changed it since', async () => {
    const world = await aProposingWorld();
    await world.propose('a', OLD);
    world.repository.commit({ [FILE]: `${valuesOf()}replicas: 3\n` });
    await world.propose('a', OLD);
    expect(await world.textOf(world.repository.pulls.branch(BRANCH)?.head ?? '')).toBe(`${valuesOf(OLD)}replicas: 3\n`);
  });

  it('proposes anew where somebody has removed the file from the head branch', async () => {
    const world = await aProposingWorld();
    await world.propose('a', NEW);
    const hosts = { ...world, git: async (entry: GitRepository) => ({ ...(await world.git(entry)), read: withoutFileAt(world.repository.pulls.branch(BRANCH)?.head, await world.git(entry)) }) };
    const before = world.repository.pulls.branch(BRANCH)?.head;
    expect(await commitRelease.run(hosts, { execution: 'a', redrives: 0, deployment: await world.claimed('a', NEW) })).toMatchObject({ status: 'proposed' });
    expect(world.repository.pulls.branch(BRANCH)?.head).not.toBe(before);
  });

  it('is in trouble where the head branch cannot be read', async () => {
    const world = await aProposingWorld();
    await world.propose('a', NEW);
    const down = { ...world, git: async (entry: GitRepository) => ({ ...(await world.git(entry)), read: (paths: readonly string[], revision?: string) => (revision === undefined ? world.git(entry).then((host) => host.read(paths)) : Promise.reject(new UnavailableError('down'))) }) };
    await expect(commitRelease.run(down, { execution: 'a', redrives: 0, deployment: await world.claimed('a', NEW) })).rejects.toThrow('down');
  });

  it('is superseded where the claim goes just before it is proven', async () => {
    const world = await aProposingWorld();
    const targets = { ...world.targets, prove: async () => false };
    expect(await commitRelease.run({ ...world, targets }, { execution: 'a', redrives: 0, deployment: await world.claimed('a', NEW) })).toMatchObject({ status: 'superseded' });
    expect(world.repository.pulls.all()).toEqual([]);
  });

  it('has the host merge by itself where the environment says so', async () => {
    const world = await aProposingWorld({ pullRequest: { autoMerge: true } });
    await world.propose('a', NEW);
    expect(world.repository.pulls.all()).toMatchObject([{ state: 'merged' }]);
  });

  it('fails for a tag that moved, where Git names tags alone', async () => {
    const world = await aProposingWorld({ tagOnly: true, current: aRelease({ tag: '1.2.0', digest: aDigest('9') }) });
    expect(await world.propose('a', NEW)).toMatchObject({ status: 'failed', deployment: { cause: 'tag 1.2.0 moved; use `tag@digest` or a new tag' } });
    expect(world.repository.pulls.all()).toEqual([]);
  });
});

describe('commitRelease › after the merge', () => {
  it('goes on with the head that carries the release', async () => {
    const world = await aProposingWorld();
    const { deployment } = await world.propose('a', NEW);
    const head = world.repository.pulls.merge(1);
    const { status, deployment: committed } = await world.run('a', world.merged(deployment));
    expect(status).toBe('committed');
    expect(committed.commit).toEqual({ revision: head, head, url: `https://gitea.example.com/team/config/commit/${head}`, changes: deployment.pullRequest?.changes });
    expect(committed.marks.committed).toBe(deployment.marks.committed);
    expect((await world.state()).claim).toMatchObject({ committing: true });
  });

  it('is superseded where the branch holds another value', async () => {
    const world = await aProposingWorld();
    const { deployment } = await world.propose('a', NEW);
    world.repository.pulls.merge(1);
    const head = world.repository.commit({ [FILE]: valuesOf(OLD) });
    expect(await world.run('a', world.merged(deployment))).toMatchObject({
      status: 'superseded',
      deployment: { cause: `superseded: pull request #1 was merged, and image.tag of ${FILE} and image.digest of ${FILE} holds another value on main at ${head.slice(0, 7)}` },
    });
    expect(world.repository.pulls.all()).toHaveLength(1);
  });

  it('asks again while the host shows the branch as it was before', async () => {
    const world = await aProposingWorld();
    const { deployment } = await world.propose('a', NEW);
    await expect(world.run('a', world.merged(deployment))).rejects.toThrow(UnavailableError);
  });
});

describe('commitRelease › where the branch carries the release already', () => {
  it('needs no pull request', async () => {
    const world = await aProposingWorld({ values: valuesOf(NEW) });
    const head = world.repository.head();
    expect(await world.propose('a', NEW)).toMatchObject({ status: 'committed', deployment: { commit: { revision: null, head, changes: [] }, marks: { committed: world.now() } } });
    expect(world.repository.pulls.all()).toEqual([]);
  });

  it('withdraws the one that proposes another release, as a rollback by hand finds it', async () => {
    const world = await aProposingWorld({ values: valuesOf(OLD) });
    await world.propose('a', NEW);
    const back = { ...(await world.claimed('b', OLD)), interrupts: [{ tag: NEW.tag, digest: NEW.digest }] };
    expect((await world.run('b', back)).status).toBe('committed');
    expect(world.repository.pulls.all()).toMatchObject([{ state: 'closed' }]);
    expect(world.repository.pulls.branch(BRANCH)).toBeNull();
  });

  it('removes a branch that an interrupted execution may be about to move', async () => {
    const world = await aProposingWorld({ values: valuesOf(OLD) });
    await world.propose('a', NEW);
    world.repository.pulls.close(1);
    const back = { ...(await world.claimed('b', OLD)), interrupts: [{ tag: NEW.tag, digest: NEW.digest }] };
    await world.run('b', back);
    expect(world.repository.pulls.branch(BRANCH)).toBeNull();
  });
});
