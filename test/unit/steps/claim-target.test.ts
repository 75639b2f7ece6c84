import { describe, expect, it } from 'vitest';
import { createMemoryClock } from '../../../src/adapters/memory/clock.ts';
import { createMemoryExecutions } from '../../../src/adapters/memory/executions.ts';
import { createMemoryServiceStore } from '../../../src/adapters/memory/service-store.ts';
import { createMemoryTargetStore } from '../../../src/adapters/memory/target-store.ts';
import type { Deployment } from '../../../src/domain/deployment.ts';
import { DEFAULT_ORDER, type OrderPolicy } from '../../../src/domain/service.ts';
import type { TargetStore } from '../../../src/ports/deployment-store.ts';
import { claimTarget } from '../../../src/steps/claim-target.ts';
import { aDeployment, aDigest, aRelease } from '../../support/release.ts';
import { anEnvironment, aService } from '../../support/service.ts';

const KEY = { service: 'inference-service', environment: 'dev', target: 'eu' };
const OLD = aRelease({ digest: aDigest('b'), releasedAt: '2026-01-01T00:00:00.000Z' });
const NEW = aRelease({ digest: aDigest('c'), releasedAt: '2026-01-03T00:00:00.000Z' });

type Options = { readonly targets?: TargetStore; readonly order?: OrderPolicy };

function aWorld({ targets = createMemoryTargetStore(), order = DEFAULT_ORDER }: Options = {}) {
  const clock = createMemoryClock('2026-01-02T03:10:00.000Z');
  const executions = createMemoryExecutions();
  const services = createMemoryServiceStore([aService({ environments: { dev: anEnvironment({ order }) } })]);
  const claim = (execution: string, release = aRelease(), facts: { redrives?: number; redrivenAt?: string } = {}, overrides: Partial<Deployment> = {}) =>
    claimTarget.run({ services, targets, executions, clock }, { execution, redrives: 0, deployment: aDeployment({ release, ...overrides }), ...facts });
  return { targets, services, clock, executions, claim };
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
    expect(await claim('a', OLD)).toMatchObject({ status: 'superseded', deployment: { cause: `superseded by the newer release 1.1.0 (${NEW.digest.slice(0, 19)}) of ${NEW.releasedAt}` } });
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

  it("waits as the environment's order says, and remembers itself on the target", async () => {
    const { claim, targets, executions } = aWorld({ order: { policy: 'queue', interrupt: false } });
    executions.set('a', 'RUNNING');
    await claim('a', OLD);
    expect(await claim('b', NEW)).toMatchObject({ status: 'ignored', deployment: { cause: 'waits for a, which deploys 1.1.0; it is started when that ends' } });
    expect(await targets.target(KEY)).toMatchObject({ claim: { execution: 'a' }, next: { release: NEW, since: '2026-01-02T03:10:00.000Z' } });
  });

  it('tells which release it took the target from', async () => {
    const { claim } = aWorld();
    await claim('a', OLD);
    expect((await claim('b', NEW)).deployment.interrupts).toEqual([{ tag: OLD.tag, digest: OLD.digest }]);
  });

  it.each([
    ['a request by hand', {}, { request: { by: 'B', reason: 'again', at: '2026-01-02T03:09:00.000Z' } }],
    ['a redrive', { redrives: 1, redrivenAt: '2026-01-02T03:09:59.000Z' }, {}],
  ])('takes %s for a person who speaks now', async (_, facts, overrides) => {
    const { claim, targets } = aWorld();
    await targets.change(KEY, await targets.target(KEY), { quarantine: [{ digest: aRelease().digest, tag: '1.1.0', since: '2026-01-02T03:08:00.000Z', cause: 'x' }] });
    expect(await claim('a')).toMatchObject({ status: 'ignored' });
    expect(await claim('b', aRelease(), facts, overrides)).toMatchObject({ status: 'claimed' });
  });

  it('refuses a target that is no longer configured', async () => {
    const { claim, services } = aWorld();
    await services.put(aService({ environments: {} }));
    await expect(claim('a')).rejects.toThrow('inference-service/dev/eu is not configured');
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
    const racing: TargetStore = { ...store, change: async (...args) => (losses-- > 0 ? false : store.change(...args)) };
    expect(await aWorld({ targets: racing }).claim('a')).toMatchObject({ status: 'claimed' });
    await expect(aWorld({ targets: { ...store, change: async () => false } }).claim('b', NEW)).rejects.toThrow(/Claim of inference-service\/dev\/eu changed 5 times/);
  });
});
