import { describe, expect, it } from 'vitest';
import { createMemoryClock } from '../../../src/adapters/memory/clock.ts';
import { createMemoryExecutions } from '../../../src/adapters/memory/executions.ts';
import { createMemoryTargetStore } from '../../../src/adapters/memory/target-store.ts';
import type { TargetStore } from '../../../src/ports/deployment-store.ts';
import { claimTarget } from '../../../src/steps/claim-target.ts';
import { aDeployment, aDigest, aRelease } from '../../support/release.ts';

const KEY = { service: 'inference-service', environment: 'dev', target: 'eu' };
const OLD = aRelease({ digest: aDigest('b'), releasedAt: '2026-01-01T00:00:00.000Z' });
const NEW = aRelease({ digest: aDigest('c'), releasedAt: '2026-01-03T00:00:00.000Z' });

function aWorld(targets: TargetStore = createMemoryTargetStore()) {
  const clock = createMemoryClock('2026-01-02T03:10:00.000Z');
  const executions = createMemoryExecutions();
  const claim = (execution: string, release = aRelease(), facts: { redrives?: number; redrivenAt?: string } = {}) =>
    claimTarget.run({ targets, executions, clock }, { execution, redrives: 0, deployment: aDeployment({ release }), ...facts });
  return { targets, clock, executions, claim };
}

describe('claimTarget', () => {
  it('claims a free target and marks the instant', async () => {
    const { claim, targets } = aWorld();
    expect(await claim('a')).toMatchObject({ status: 'claimed', deployment: { claim: { generation: 1, redrives: 0 }, marks: { claimed: '2026-01-02T03:10:00.000Z' } } });
    expect((await targets.target(KEY)).claim).toMatchObject({ execution: 'a', generation: 1 });
  });

  it('takes over from an older release, whose proof then fails', async () => {
    const { claim, targets, executions } = aWorld();
    executions.set('a', 'RUNNING');
    await claim('a', OLD);
    expect(await claim('b', NEW)).toMatchObject({ status: 'claimed', deployment: { claim: { generation: 2 } } });
    expect((await targets.target(KEY)).claim?.execution).toBe('b');
  });

  it('is superseded by a newer release and leaves its claim alone', async () => {
    const { claim, targets } = aWorld();
    await claim('b', NEW);
    expect(await claim('a', OLD)).toMatchObject({ status: 'superseded', deployment: { cause: `superseded by the newer release ${NEW.digest.slice(0, 19)} of ${NEW.releasedAt}` } });
    expect((await targets.target(KEY)).claim?.execution).toBe('b');
  });

  it('is ignored while another execution deploys the same digest', async () => {
    const { claim, executions } = aWorld();
    executions.set('a', 'RUNNING');
    await claim('a');
    expect(await claim('b')).toMatchObject({ status: 'ignored', deployment: { cause: 'already being deployed by a' } });
  });

  it.each(['FAILED', 'ABORTED', 'TIMED_OUT', 'SUCCEEDED'] as const)('takes the same digest over from an execution that is %s', async (status) => {
    const { claim, executions } = aWorld();
    executions.set('a', status);
    await claim('a');
    expect(await claim('b')).toMatchObject({ status: 'claimed' });
  });

  it('counts a holder that is too young to be found as running, and an older one as gone', async () => {
    const { claim, clock } = aWorld();
    await claim('a');
    clock.advance(59_999);
    expect(await claim('b')).toMatchObject({ status: 'ignored' });
    clock.advance(1);
    expect(await claim('b')).toMatchObject({ status: 'claimed' });
  });

  it('keeps a current digest in its record, so that deploying it again adds an attempt', async () => {
    const { claim, targets } = aWorld();
    await claim('a', OLD);
    await targets.conclude(KEY, { execution: 'a', generation: 1 }, { release: OLD, execution: 'a', concludedAt: '2026-01-01T01:00:00.000Z' });
    const again = await claim('b', { ...OLD, releasedAt: '2026-01-02T00:00:00.000Z' });
    expect(again.deployment.release.releasedAt).toBe(OLD.releasedAt);
  });

  it('puts the time before a redrive outside every stage', async () => {
    const { claim } = aWorld();
    const { deployment } = await claim('a', aRelease(), { redrives: 1, redrivenAt: '2026-01-02T03:09:59.000Z' });
    expect(deployment.idle).toEqual([{ from: '2026-01-02T03:04:06.100Z', to: '2026-01-02T03:09:59.000Z' }]);
    expect(deployment.claim?.redrives).toBe(1);
  });

  it('runs a lost race again, and gives up as a conflict that is retried', async () => {
    const store = createMemoryTargetStore();
    let losses = 4;
    const racing: TargetStore = { ...store, claim: async (...args) => (losses-- > 0 ? false : store.claim(...args)) };
    expect(await aWorld(racing).claim('a')).toMatchObject({ status: 'claimed' });
    await expect(aWorld({ ...store, claim: async () => false }).claim('b', NEW)).rejects.toThrow(/Claim of inference-service\/dev\/eu changed 5 times/);
  });
});
