import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMemoryApprovalStore } from '../../../src/adapters/memory/approval-store.ts';
import { createMemoryClock } from '../../../src/adapters/memory/clock.ts';
import { createMemoryExecutions } from '../../../src/adapters/memory/executions.ts';
import { createMemoryServiceStore } from '../../../src/adapters/memory/service-store.ts';
import { createMemoryTargetStore } from '../../../src/adapters/memory/target-store.ts';
import type { Deployment, TargetKey } from '../../../src/domain/deployment.ts';
import type { Release } from '../../../src/domain/release.ts';
import type { Environment } from '../../../src/domain/service.ts';
import { NEW_TARGET, type TargetChange } from '../../../src/domain/target-state.ts';
import type { ApprovalStore, PendingApproval, TargetStore } from '../../../src/ports/deployment-store.ts';
import { awaitApproval } from '../../../src/steps/await-approval.ts';
import { aClaim, aDeployment, aDigest, aRelease } from '../../support/release.ts';
import { anEnvironment, aService } from '../../support/service.ts';

const KEY = { service: 'inference-service', environment: 'dev', target: 'eu' };
const NOW = '2026-01-05T00:00:00.000Z';
const RUNNING = aRelease({ tag: '1.0.0', digest: aDigest('0'), releasedAt: '2026-01-01T00:00:00.000Z' });
const OLD = aRelease({ tag: '1.1.0', digest: aDigest('b'), releasedAt: '2026-01-02T00:00:00.000Z' });
const NEW = aRelease({ tag: '1.2.0', digest: aDigest('c'), releasedAt: '2026-01-03T00:00:00.000Z' });
const NEWER_THAN_OLD = `superseded by the newer release 1.2.0 (${NEW.digest.slice(0, 19)}) of ${NEW.releasedAt}`;

type World = { approvals?: ApprovalStore; targets?: TargetStore; environment?: Partial<Environment> };

function aWorld({ approvals = createMemoryApprovalStore(), targets = createMemoryTargetStore(), environment = {} }: World = {}) {
  const clock = createMemoryClock(NOW);
  const executions = createMemoryExecutions();
  const services = createMemoryServiceStore([aService({ environments: { dev: anEnvironment({ approval: { timeout: 3_600_000 }, ...environment }) } })]);
  const ports = { services, targets, approvals, executions, clock };
  /** What the execution asks, with a token of its own; it runs, and its task waits for the answer. */
  const ask = (execution: string, release: Release, { token = `token-of-${execution}`, redrivenAt, ...more }: Partial<Deployment> & { token?: string; redrivenAt?: string } = {}) => {
    executions.set(execution, 'RUNNING');
    executions.wait(token);
    const deployment = aDeployment({ release, approval: { timeoutSeconds: 3_600 }, ...more });
    return awaitApproval.run(ports, { execution, token, redrives: redrivenAt === undefined ? 0 : 1, redrivenAt, deployment });
  };
  const runs = async (release: Release): Promise<void> => {
    await targets.change(KEY, await targets.target(KEY), { claim: aClaim({ ...orderOf(release), execution: 'earlier' }) });
    await targets.conclude(KEY, { execution: 'earlier', generation: 1 }, { release, execution: 'earlier', concludedAt: release.releasedAt });
  };
  const change = async (changed: TargetChange): Promise<boolean> => targets.change(KEY, await targets.target(KEY), changed);
  const answerTo = (execution: string): unknown => executions.answers.get(`token-of-${execution}`);
  return { ...ports, ask, runs, change, answerTo, pending: () => approvals.pending(KEY) };
}

function orderOf({ releasedAt, imagePushedAt, digest, tag }: Release) {
  return { releasedAt, imagePushedAt, digest, tag };
}

describe('awaitApproval › the question', () => {
  it('says what waits, for which execution, until when, and what runs now', async () => {
    const { ask, runs, pending, executions } = aWorld();
    await runs(RUNNING);
    expect(await ask('a', NEW)).toEqual({ status: 'waiting' });
    expect(await pending()).toEqual({
      ...KEY,
      release: NEW,
      execution: 'a',
      taskToken: 'token-of-a',
      requestedAt: NOW,
      expiresAt: '2026-01-05T01:00:00.000Z',
      current: { tag: '1.0.0', digest: RUNNING.digest },
    });
    expect(executions.answers.size).toBe(0);
  });

  it('says that nothing runs before the first release', async () => {
    const { ask, pending } = aWorld();
    await ask('a', NEW);
    expect(await pending()).toMatchObject({ current: null });
  });

  it('is the same when its answer was lost and the step runs again', async () => {
    const { ask, pending, clock } = aWorld();
    await ask('a', NEW);
    clock.advance(10_000);
    expect(await ask('a', NEW)).toEqual({ status: 'waiting' });
    expect(await pending()).toMatchObject({ taskToken: 'token-of-a', requestedAt: NOW });
  });

  it('waits with the newest token of its execution, and answers none for the old one', async () => {
    const { ask, pending, executions } = aWorld();
    await ask('a', NEW, { token: 'first' });
    expect(await ask('a', NEW, { token: 'second' })).toEqual({ status: 'waiting' });
    expect(await pending()).toMatchObject({ taskToken: 'second' });
    expect(executions.answers.size).toBe(0);
  });

  it('needs to know how long a person may take', async () => {
    const { services, targets, approvals, executions, clock } = aWorld();
    const asking = awaitApproval.run({ services, targets, approvals, executions, clock }, { execution: 'a', token: 't', redrives: 0, deployment: aDeployment() });
    await expect(asking).rejects.toThrow('inference-service/dev/eu does not say how long a person may take');
  });
});

describe('awaitApproval › what waits already', () => {
  it('is answered superseded by a newer release, which waits in its place', async () => {
    const { ask, answerTo, pending } = aWorld();
    await ask('a', OLD);
    expect(await ask('b', NEW)).toEqual({ status: 'waiting' });
    expect(answerTo('a')).toEqual({ status: 'superseded', reason: `${NEWER_THAN_OLD}, which waits for approval` });
    expect(await pending()).toMatchObject({ execution: 'b' });
  });

  it('supersedes an older release that comes late, and stays', async () => {
    const { ask, answerTo, pending } = aWorld();
    await ask('b', NEW);
    expect(await ask('a', OLD)).toEqual({ status: 'superseded' });
    expect(answerTo('a')).toEqual({ status: 'superseded', reason: `${NEWER_THAN_OLD}, which waits for approval` });
    expect(answerTo('b')).toBeUndefined();
    expect(await pending()).toMatchObject({ execution: 'b' });
  });

  it('stays when another execution brings the same digest, which is ignored', async () => {
    const { ask, answerTo, pending } = aWorld();
    await ask('a', NEW);
    expect(await ask('b', NEW)).toEqual({ status: 'ignored' });
    expect(answerTo('b')).toEqual({ status: 'ignored', reason: 'already waits for approval in a' });
    expect(await pending()).toMatchObject({ execution: 'a' });
  });

  it('counts as new as the latest release of its digest: nothing from between the two takes its place', async () => {
    const { ask, answerTo, pending } = aWorld();
    await ask('a', OLD);
    await ask('b', { ...OLD, releasedAt: '2026-01-04T00:00:00.000Z' });
    expect(await pending()).toMatchObject({ execution: 'a', taskToken: 'token-of-a', release: { releasedAt: '2026-01-04T00:00:00.000Z' } });
    expect(await ask('c', NEW)).toEqual({ status: 'superseded' });
    expect(answerTo('c')).toHaveProperty('reason', expect.stringMatching(/newer release 1.1.0 .* of 2026-01-04/));
  });

  it.each(['ABORTED', 'FAILED'] as const)('gives way to any other when its execution is %s', async (status) => {
    const { ask, executions, pending } = aWorld();
    await ask('b', NEW);
    executions.set('b', status);
    expect(await ask('a', OLD)).toEqual({ status: 'waiting' });
    expect(await pending()).toMatchObject({ execution: 'a' });
  });

  it('gives way to any other once its time is over', async () => {
    const { ask, clock, pending } = aWorld();
    await ask('b', NEW);
    clock.advance(3_600_000);
    expect(await ask('a', OLD)).toEqual({ status: 'waiting' });
    expect(await pending()).toMatchObject({ execution: 'a' });
  });
});

describe('awaitApproval › a release that needs no question', () => {
  it('is ignored while another execution deploys the same digest', async () => {
    const { ask, change, executions, answerTo, pending } = aWorld();
    executions.set('holder', 'RUNNING');
    await change({ claim: aClaim({ ...orderOf(NEW), execution: 'holder' }) });
    expect(await ask('a', NEW)).toEqual({ status: 'ignored' });
    expect(answerTo('a')).toEqual({ status: 'ignored', reason: 'already being deployed by holder' });
    expect(await pending()).toBeNull();
  });

  it('is superseded where a newer one was claimed or runs', async () => {
    const { ask, runs, answerTo } = aWorld();
    await runs(NEW);
    expect(await ask('a', OLD)).toEqual({ status: 'superseded' });
    expect(answerTo('a')).toEqual({ status: 'superseded', reason: NEWER_THAN_OLD });
  });

  it('is ignored where it runs already, so that a second promotion asks nobody', async () => {
    const { ask, runs, answerTo } = aWorld();
    await runs(NEW);
    expect(await ask('a', NEW)).toEqual({ status: 'ignored' });
    expect(answerTo('a')).toEqual({ status: 'ignored', reason: '1.2.0 runs here already' });
  });

  it('moves on in the order where it runs already, so that nobody is asked for what was released in between', async () => {
    const { ask, runs, answerTo, targets, pending } = aWorld();
    await runs(OLD);
    await ask('a', { ...OLD, releasedAt: '2026-01-04T00:00:00.000Z' });
    expect((await targets.target(KEY)).claim).toMatchObject({ digest: OLD.digest, execution: null, releasedAt: '2026-01-04T00:00:00.000Z' });
    expect(await ask('late', NEW)).toEqual({ status: 'superseded' });
    expect(answerTo('late')).toHaveProperty('reason', expect.stringMatching(/newer release 1.1.0 .* of 2026-01-04/));
    expect(await pending()).toBeNull();
    await ask('b', OLD);
    expect((await targets.target(KEY)).claim).toMatchObject({ releasedAt: '2026-01-04T00:00:00.000Z' });
  });

  it('goes on where it runs already and a person asked for it', async () => {
    const { ask, runs, answerTo, pending } = aWorld();
    await runs(NEW);
    expect(await ask('a', NEW, { redrivenAt: '2026-01-04T23:59:00.000Z' })).toEqual({ status: 'approved' });
    expect(answerTo('a')).toEqual({ status: 'approved', at: NOW, reason: '1.2.0 runs here already' });
    expect(await pending()).toBeNull();
  });

  it('is asked for where it ran before another one was begun', async () => {
    const { ask, runs, change } = aWorld();
    await runs(RUNNING);
    await change({ claim: aClaim({ ...orderOf(OLD), execution: null, generation: 2 }) });
    expect(await ask('a', { ...RUNNING, releasedAt: '2026-01-04T00:00:00.000Z' })).toEqual({ status: 'waiting' });
  });

  it('is ignored in quarantine, until a person asks for it', async () => {
    const { ask, change, answerTo } = aWorld();
    await change({ quarantine: [{ digest: NEW.digest, tag: '1.2.0', since: '2026-01-04T00:00:00.000Z', cause: 'crashes' }] });
    expect(await ask('a', NEW)).toEqual({ status: 'ignored' });
    expect(answerTo('a')).toHaveProperty('reason', expect.stringContaining('1.2.0 is quarantined here since 2026-01-04T00:00:00.000Z: crashes'));
    expect(await ask('b', NEW, { request: { by: 'ann', reason: 'mended', at: '2026-01-04T12:00:00.000Z' } })).toEqual({ status: 'waiting' });
  });

  it('waits under a hold as the next release, to be asked for when that is lifted', async () => {
    const { ask, change, answerTo, pending, targets } = aWorld();
    await change({ hold: { by: 'ann', reason: 'freeze', since: '2026-01-04T00:00:00.000Z' } });
    expect(await ask('a', NEW)).toEqual({ status: 'ignored' });
    expect(answerTo('a')).toHaveProperty('reason', expect.stringContaining('held by ann'));
    expect((await targets.target(KEY)).next).toEqual({ release: NEW, since: NOW });
    expect(await pending()).toBeNull();
  });

  it('waits in the queue behind the release that is being deployed', async () => {
    const { ask, change, executions, targets } = aWorld({ environment: { order: { policy: 'queue', interrupt: false } } });
    executions.set('holder', 'RUNNING');
    await change({ claim: aClaim({ ...orderOf(OLD), execution: 'holder' }) });
    expect(await ask('a', NEW)).toEqual({ status: 'ignored' });
    expect((await targets.target(KEY)).next).toMatchObject({ release: { tag: '1.2.0' } });
  });
});

describe('awaitApproval › races and crashes', () => {
  it.each([
    ['older first', OLD, NEW],
    ['newer first', NEW, OLD],
  ])('keeps the newer of two that ask at once, and tells the older (%s)', async (_, one, two) => {
    const { ask, pending, executions } = aWorld();
    await Promise.all([ask(one.tag, one), ask(two.tag, two)]);
    expect(await pending()).toMatchObject({ execution: NEW.tag });
    expect([...executions.answers]).toEqual([[`token-of-${OLD.tag}`, expect.objectContaining({ status: 'superseded' })]]);
  });

  it('keeps the newest of many that ask at once, however their steps interleave, and leaves none of the others without an answer', async () => {
    const releases = ['1', '2', '3', '4'].map((digit) => aRelease({ tag: digit, digest: aDigest(digit), releasedAt: `2026-01-0${digit}T00:00:00.000Z` }));
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), fc.shuffledSubarray(releases, { minLength: 2 }), async (scheduler, asking) => {
        const store = createMemoryApprovalStore();
        const pending = scheduler.scheduleFunction((key: TargetKey) => store.pending(key));
        const put = scheduler.scheduleFunction((approval: PendingApproval, replaced: PendingApproval | null) => store.put(approval, replaced));
        const { ask, executions } = aWorld({ approvals: { ...store, pending, put } });
        await scheduler.waitFor(Promise.all(asking.map((release) => ask(release.tag, release))));
        const [newest = '', ...others] = asking.map(({ tag }) => tag).toSorted().toReversed();
        expect((await store.pending(KEY))?.execution).toBe(newest);
        expect([...executions.answers.keys()].toSorted()).toEqual(others.map((tag) => `token-of-${tag}`).toSorted());
      }),
    );
  });

  it('ends the same when it is killed after the older release was told', async () => {
    const store = createMemoryApprovalStore();
    let kills = 1;
    const dying: ApprovalStore = { ...store, put: async (approval, replaced) => (replaced !== null && kills-- > 0 ? Promise.reject(new Error('killed')) : store.put(approval, replaced)) };
    const { ask, answerTo, pending } = aWorld({ approvals: dying });
    await ask('a', OLD);
    await expect(ask('b', NEW)).rejects.toThrow('killed');
    expect(answerTo('a')).toMatchObject({ status: 'superseded' });
    expect(await pending()).toMatchObject({ execution: 'a' });
    expect(await ask('b', NEW)).toEqual({ status: 'waiting' });
    expect(await pending()).toMatchObject({ execution: 'b' });
  });

  it('looks again when the target changed before the release could wait there', async () => {
    const store = createMemoryTargetStore();
    let losses = 1;
    const racing: TargetStore = { ...store, change: async (...args) => (losses-- > 0 ? false : store.change(...args)) };
    await store.change(KEY, NEW_TARGET, { hold: { by: 'ann', reason: 'freeze', since: '2026-01-04T00:00:00.000Z' } });
    const { ask } = aWorld({ targets: racing });
    expect(await ask('a', NEW)).toEqual({ status: 'ignored' });
    expect((await store.target(KEY)).next).toMatchObject({ release: { tag: '1.2.0' } });
  });

  it('gives up as a conflict that is retried when others are always faster', async () => {
    const { ask } = aWorld({ approvals: { ...createMemoryApprovalStore(), put: async () => false } });
    await expect(ask('a', NEW)).rejects.toThrow('What waits for approval at inference-service/dev/eu changed 5 times');
  });
});
