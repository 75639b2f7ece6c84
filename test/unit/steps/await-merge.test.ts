import { describe, expect, it } from 'vitest';
import { ConflictError } from '../../../src/domain/errors.ts';
import { awaitMerge } from '../../../src/steps/await-merge.ts';
import { aPendingMerge } from '../../support/merge.ts';
import { aProposingWorld, KEY, NEW, OLD } from '../../support/proposing-world.ts';

const AT = '2026-01-05T00:00:00.000Z';

describe('awaitMerge', () => {
  it('leaves its token where whoever hears of the merge finds it', async () => {
    const world = await aProposingWorld();
    const { deployment } = await world.propose('a', NEW);
    expect(await world.wait('a', deployment)).toEqual({ status: 'waiting' });
    expect(await world.pending()).toEqual({
      ...KEY,
      release: { tag: NEW.tag, digest: NEW.digest },
      execution: 'a',
      generation: 1,
      pullRequest: { number: 1, url: deployment.pullRequest?.url },
      taskToken: 'token-of-a',
      requestedAt: AT,
      expiresAt: '2026-01-05T01:00:00.000Z',
    });
    expect(world.executions.answers.size).toBe(0);
  });

  it('looks once at a pull request that stays open, and ends: it neither asks again nor waits', async () => {
    const world = await aProposingWorld();
    const { deployment } = await world.propose('a', NEW);
    const asked: string[] = [];
    const pullRequests: typeof world.pullRequests = async (repository) => {
      const pulls = await world.pullRequests(repository);
      return new Proxy(pulls, { get: (target, name, receiver) => (asked.push(String(name)), Reflect.get(target, name, receiver) as unknown) });
    };
    const never = () => Promise.reject(new Error('A function that waits on a token lets no time pass.'));
    const clock = { now: () => world.clock.now(), sleep: never, remaining: never };
    expect(await awaitMerge.run({ ...world, pullRequests, clock }, { execution: 'a', token: 't', redrives: 0, deployment })).toEqual({ status: 'waiting' });
    expect(asked.filter((name) => name !== 'then')).toEqual(['look']);
  });

  it('is the same when its answer was lost and the step runs again', async () => {
    const world = await aProposingWorld();
    const { deployment } = await world.propose('a', NEW);
    await world.wait('a', deployment);
    const before = await world.pending();
    world.clock.advance(10_000);
    expect(await world.wait('a', deployment)).toEqual({ status: 'waiting' });
    expect(await world.pending()).toEqual(before);
  });

  it('answers at once where the pull request is merged by then', async () => {
    const world = await aProposingWorld();
    const { deployment } = await world.propose('a', NEW);
    world.repository.pulls.merge(1);
    expect(await world.wait('a', deployment)).toEqual({ status: 'merged' });
    expect(world.answerTo('a')).toEqual({ status: 'merged', at: AT });
    expect(await world.pending()).toBeNull();
  });

  it('rejects the release whose pull request was closed, with who closed it and when', async () => {
    const world = await aProposingWorld();
    const { deployment } = await world.propose('a', NEW);
    world.repository.pulls.close(1, 'ada');
    expect(await world.wait('a', deployment)).toEqual({ status: 'rejected' });
    expect(world.answerTo('a')).toEqual({ status: 'rejected', cause: `pull request #1 was closed without a merge by ada at 2026-01-02T04:00:00.000Z: ${deployment.pullRequest?.url}` });
  });

  it('lets the older release hear that a newer one has taken its pull request over', async () => {
    const world = await aProposingWorld();
    await world.wait('a', (await world.propose('a', OLD)).deployment);
    await world.wait('b', (await world.propose('b', NEW)).deployment);
    expect(world.answerTo('a')).toEqual({ status: 'superseded', cause: `superseded by the newer release 1.2.0 (${NEW.digest.slice(0, 19)}) of ${NEW.releasedAt}, which pull request #1 proposes now` });
    expect(await world.pending()).toMatchObject({ execution: 'b', generation: 2 });
  });

  it('is superseded where its claim has gone, and leaves the newer one to wait', async () => {
    const world = await aProposingWorld();
    const { deployment } = await world.propose('a', OLD);
    await world.wait('b', (await world.propose('b', NEW)).deployment);
    expect(await world.wait('a', deployment)).toEqual({ status: 'superseded' });
    expect(world.answerTo('a')).toEqual({ status: 'superseded', cause: 'superseded: the claim of the target went to another execution' });
    expect(world.answerTo('b')).toBeUndefined();
    expect(await world.pending()).toMatchObject({ execution: 'b' });
  });

  it('takes nobody else’s place whose claim is newer, though it still seemed to have its own', async () => {
    const world = await aProposingWorld();
    const { deployment } = await world.propose('a', OLD);
    const newer = aPendingMerge({ execution: 'b', generation: 2 });
    await world.merges.put(newer, null);
    expect(await world.wait('a', deployment)).toEqual({ status: 'superseded' });
    expect(await world.pending()).toEqual(newer);
  });

  it('waits again after a redrive, with the new token alone', async () => {
    const world = await aProposingWorld();
    const { deployment } = await world.propose('a', NEW);
    await world.wait('a', deployment, 'old-token');
    expect(await world.wait('a', deployment, 'new-token')).toEqual({ status: 'waiting' });
    expect(await world.pending()).toMatchObject({ taskToken: 'new-token' });
    expect(world.executions.answers.size).toBe(0);
  });

  it('gives up for a while where others are always quicker', async () => {
    const world = await aProposingWorld();
    const { deployment } = await world.propose('a', NEW);
    const merges = { ...world.merges, put: async () => false };
    await expect(awaitMerge.run({ ...world, merges }, { execution: 'a', token: 't', redrives: 0, deployment })).rejects.toThrow(ConflictError);
  });

  it('says so where the deployment has proposed nothing', async () => {
    const world = await aProposingWorld();
    const deployment = await world.claimed('a', NEW);
    await expect(world.wait('a', deployment)).rejects.toThrow('inference-service/dev/eu waits for no pull request; start it again with slipway deploy.');
  });
});
