import { describe, expect, it, vi } from 'vitest';
import { UnavailableError } from '../../../src/domain/errors.ts';
import { DEFAULT_POLICY } from '../../../src/domain/service.ts';
import type { GitHost } from '../../../src/ports/git-host.ts';
import { syncApplication } from '../../../src/steps/sync-application.ts';
import { TargetStepInput } from '../../../src/steps/wire.ts';
import { aLiveWorkload, anOperation } from '../../support/application.ts';
import { anEdit } from '../../support/service.ts';
import { aSyncWorld, EXECUTION, NEW_IMAGE, OLD_IMAGE, OTHER, OURS, type SyncWorld, valuesFile } from '../../support/sync-world.ts';

const outOfSync = { status: 'OutOfSync', revisions: [OURS] } as const;
const running = { phase: 'Running', finishedAt: null } as const;
const run = (world: SyncWorld, input = world.input()) => syncApplication.run(world.ports, input);

/** Argo CD answers the request with an operation that applies our value. */
function applyOnRequest({ argocd }: SyncWorld): void {
  argocd.react({
    requested() {
      argocd.show({ operationRequested: true, operation: anOperation(running) });
      argocd.run([aLiveWorkload(NEW_IMAGE)]);
      argocd.show({ operationRequested: false, operation: anOperation() });
    },
  });
}

describe('syncApplication', () => {
  it('finds it done where the value is already applied, and requests nothing', async () => {
    const world = await aSyncWorld({ image: NEW_IMAGE });
    const { status, deployment } = await run(world);
    expect(status).toBe('applied');
    expect(world.argocd.requests).toEqual([]);
    expect(world.argocd.refreshes).toEqual(['normal']);
    expect(deployment.marks.operationStarted).toBe(deployment.marks.applied);
    expect(deployment.watchingSince).toBeUndefined();
  });

  it('requests a sync where auto-sync is off, with nothing but prune and who asks', async () => {
    const world = await aSyncWorld({ application: { sync: outOfSync } });
    applyOnRequest(world);
    const { status, deployment } = await run(world);
    expect(status).toBe('applied');
    expect(world.argocd.requests).toEqual([{ prune: false, infos: [{ name: 'slipway-execution', value: EXECUTION }] }]);
    expect(deployment).toMatchObject({ syncRequested: true, operationRevision: OURS, reported: { operationStarted: expect.any(String) as string } });
  });

  it('requests it at once after a push of its own, before Argo CD has compared the commit', async () => {
    const world = await aSyncWorld({ application: { sync: { status: 'Synced', revisions: [OTHER] } }, pushed: true });
    const read = vi.fn<GitHost['read']>();
    applyOnRequest(world);
    const git = async () => ({ ...(await world.ports.git()), read });
    const { status } = await syncApplication.run({ ...world.ports, git }, world.input());
    expect(status).toBe('applied');
    expect(world.argocd.requests).toHaveLength(1);
    expect(world.argocd.refreshes).toEqual([]);
    expect(read).not.toHaveBeenCalled();
  });

  it('asks Argo CD to compare, which finds the request, where its controller has lost it', async () => {
    const world = await aSyncWorld({ application: { sync: { status: 'Synced', revisions: [OTHER] } }, pushed: true });
    world.argocd.react({
      requested: () => world.argocd.show({ operationRequested: true }),
      refreshed() {
        world.argocd.run([aLiveWorkload(NEW_IMAGE)]);
        world.argocd.show({ operationRequested: false, operation: anOperation() });
      },
    });
    const result = run(world);
    await started(world);
    world.clock.advance(9_999);
    await started(world);
    expect(world.argocd.refreshes).toEqual([]);
    world.clock.advance(1);
    expect((await result).status).toBe('applied');
    expect(world.argocd.refreshes).toEqual(['normal']);
    expect(world.argocd.requests).toHaveLength(1);
  });

  it('compares first in a later slice, however young the commit is', async () => {
    const world = await aSyncWorld({ application: { operationRequested: true }, pushed: true });
    const result = run(world, world.input({ syncRequested: true, watchingSince: '2026-01-02T03:04:59.900Z' }));
    await started(world);
    expect(world.argocd.refreshes).toEqual(['normal']);
    world.clock.advance(240_000);
    expect((await result).status).toBe('running');
  });

  it('asks again where Argo CD was still shown the head before the push', async () => {
    const world = await aSyncWorld({ application: { sync: { status: 'Synced', revisions: [OTHER] } }, pushed: true });
    world.argocd.react({
      requested() {
        const revision = world.argocd.requests.length === 1 ? OTHER : OURS;
        if (revision === OURS) world.argocd.run([aLiveWorkload(NEW_IMAGE)]);
        world.argocd.show({ operationRequested: false, operation: anOperation({ revisions: [revision] }) });
      },
      refreshed: () => world.argocd.show({ sync: outOfSync }),
    });
    expect((await run(world)).status).toBe('applied');
    expect(world.argocd.requests).toHaveLength(2);
    expect(world.argocd.refreshes).toEqual(['normal']);
  });

  it('watches the operation of auto-sync and is applied while its hooks still run', async () => {
    const world = await aSyncWorld({ application: { autoSync: { prune: true }, sync: outOfSync } });
    world.argocd.react({ refreshed: () => world.argocd.show({ operationRequested: true }) });
    const result = run(world);
    await started(world);
    world.clock.advance(100);
    world.argocd.show({ operationRequested: true, operation: anOperation(running) });
    await started(world);
    world.clock.advance(100);
    world.argocd.run([aLiveWorkload(NEW_IMAGE)]);
    world.argocd.show({ operation: anOperation({ ...running, message: 'waiting for completion of hook batch/Job/smoke' }) });
    const { status, deployment } = await result;
    expect(status).toBe('applied');
    expect(world.argocd.requests).toEqual([]);
    expect(deployment.marks).toMatchObject({ operationStarted: '2026-01-02T03:05:00.100Z', applied: '2026-01-02T03:05:00.200Z' });
  });

  it('passes the prune flag of auto-sync on when it retries a failed operation', async () => {
    const world = await aSyncWorld({ application: { autoSync: { prune: true }, sync: outOfSync, operation: anOperation({ phase: 'Failed' }) } });
    applyOnRequest(world);
    expect((await run(world)).status).toBe('applied');
    expect(world.argocd.requests).toMatchObject([{ prune: true }]);
  });

  it('fails with the hook and its message after its one sync', async () => {
    const world = await aSyncWorld({ application: { sync: outOfSync } });
    const operation = anOperation({ phase: 'Failed', failures: ['Job migrate: BackoffLimitExceeded'] });
    world.argocd.react({ requested: () => world.argocd.show({ operationRequested: false, operation }) });
    const { status, deployment } = await run(world);
    expect(status).toBe('failed');
    expect(deployment.cause).toBe('Application inference-dev: Job migrate: BackoffLimitExceeded');
  });

  it('adopts the operation of somebody else who was faster', async () => {
    const world = await aSyncWorld({ application: { sync: outOfSync } });
    const sync = async () => {
      world.argocd.run([aLiveWorkload(NEW_IMAGE)]);
      world.argocd.show({ operation: anOperation(running) });
      return 'busy' as const;
    };
    const { status, deployment } = await syncApplication.run({ ...world.ports, argocd: async () => ({ ...world.argocd, sync }) }, world.input());
    expect(status).toBe('applied');
    expect(deployment.syncRequested).toBe(false);
  });

  it('is applied by a later revision that still has our value', async () => {
    const world = await aSyncWorld({ image: NEW_IMAGE, application: { sync: { status: 'Synced', revisions: [OTHER] }, operation: anOperation({ revisions: [OTHER] }) } });
    world.files.set(OTHER, valuesFile('1.1.0'));
    const { status, deployment } = await run(world);
    expect(status).toBe('applied');
    expect(deployment.operationRevision).toBe(OTHER);
  });

  it.each([
    ['has another value', valuesFile('1.2.0')],
    ['no longer has the file', null],
  ])('is superseded when the branch %s', async (_what, text) => {
    const world = await aSyncWorld({ application: { sync: { status: 'Synced', revisions: [OTHER] } } });
    if (text === null) world.files.delete('head');
    else world.files.set('head', text);
    const { status, deployment } = await run(world);
    expect(status).toBe('superseded');
    expect(deployment.cause).toContain('image.tag of envs/dev/values.yaml');
  });

  it('is superseded when the claim was lost before it began', async () => {
    const world = await aSyncWorld();
    await world.loseClaim();
    expect((await run(world)).status).toBe('superseded');
    expect(world.argocd.refreshes).toEqual([]);
  });

  it('requests nothing when the claim is lost before its request', async () => {
    const world = await aSyncWorld({ application: { sync: outOfSync } });
    const targets = { target: lostAtSecondLook(world) };
    expect((await syncApplication.run({ ...world.ports, targets }, world.input())).status).toBe('superseded');
    expect(world.argocd.requests).toEqual([]);
  });

  it('requests nothing for a push of its own when the claim is lost beside its look', async () => {
    const world = await aSyncWorld({ pushed: true });
    const targets = { target: lostAtSecondLook(world) };
    expect((await syncApplication.run({ ...world.ports, targets }, world.input())).status).toBe('superseded');
    expect(world.argocd.requests).toEqual([]);
  });

  it('ends errored at a window that keeps auto-sync out', async () => {
    const world = await aSyncWorld({ application: { autoSync: { prune: false }, sync: outOfSync } });
    world.argocd.close({ window: 'deny * * * * * for 1h', until: '2026-01-02T04:00:00.000Z' }, ['auto-sync']);
    await expect(run(world)).rejects.toMatchObject({ name: 'RefusedError', message: expect.stringContaining('until 2026-01-02T04:00:00.000Z') as string });
  });

  it('refreshes hard once on a ComparisonError, then ends errored with its message', async () => {
    const world = await aSyncWorld({ application: { sync: { status: 'Unknown', revisions: [OURS] }, conditions: [{ type: 'ComparisonError', message: 'app path does not exist' }] } });
    await expect(run(world)).rejects.toMatchObject({ name: 'RefusedError', message: expect.stringContaining('app path does not exist') as string });
    expect(world.argocd.refreshes).toEqual(['normal', 'hard']);
  });

  it('ends errored when the chart does not use the value', async () => {
    const world = await aSyncWorld({ image: OLD_IMAGE });
    await expect(run(world)).rejects.toMatchObject({ name: 'ConfigurationError', message: expect.stringContaining(OLD_IMAGE) as string });
  });

  it('answers running at the end of its slice, and keeps its clock and its request', async () => {
    const world = await aSyncWorld({ application: { sync: outOfSync } });
    const result = run(world);
    await started(world);
    world.clock.advance(240_000);
    const { status, deployment } = await result;
    expect(status).toBe('running');
    expect(deployment).toMatchObject({ watchingSince: '2026-01-02T03:05:00.000Z', syncRequested: true });
    expect(TargetStepInput.parse(world.input(deployment)).deployment).toEqual({ ...world.input().deployment, ...deployment });
  });

  it('ends errored at the deadline, which spans its slices', async () => {
    const world = await aSyncWorld({ application: { operationRequested: true } });
    const result = run(world, world.input({ watchingSince: '2026-01-02T03:04:59.500Z' }));
    const ended = expect(result).rejects.toThrow('was not synced in time');
    await started(world);
    world.clock.advance(600_000);
    await ended;
  });

  it('ends errored at a deadline within its slice', async () => {
    const world = await aSyncWorld({ application: { operationRequested: true }, environment: { policy: { ...DEFAULT_POLICY, syncTimeout: 1000 } } });
    const ended = expect(run(world)).rejects.toThrow('was not synced in time');
    await started(world);
    world.clock.advance(1000);
    await ended;
  });

  it.each([
    ['and its revision', { operationRevision: OTHER }, OTHER],
    ['and takes our commit for its revision', {}, OURS],
  ])('keeps when a slice before it saw the operation begin, %s', async (_what, overrides, operationRevision) => {
    const world = await aSyncWorld({ image: NEW_IMAGE });
    const marks = { started: '2026-01-02T03:04:58.000Z', operationStarted: '2026-01-02T03:04:59.900Z' };
    const { deployment } = await run(world, world.input({ ...overrides, marks }));
    expect(deployment).toMatchObject({ operationRevision, marks: { operationStarted: marks.operationStarted } });
  });

  it('gives a redrive a clock and a request of its own', async () => {
    const world = await aSyncWorld({ application: { sync: outOfSync, operation: anOperation({ phase: 'Failed' }) } });
    applyOnRequest(world);
    const before = { watchingSince: '2026-01-02T02:00:00.000Z', syncRequested: true };
    const { status } = await run(world, world.input(before, { redrives: 1, redrivenAt: '2026-01-02T03:04:59.900Z' }));
    expect(status).toBe('applied');
    expect(world.argocd.requests).toHaveLength(1);
  });

  it('answers running when Argo CD goes away after it learned something, so that no second sync is requested', async () => {
    const world = await aSyncWorld({ application: { sync: outOfSync } });
    const watch = () => { throw new UnavailableError('Argo CD cannot be reached'); };
    const ports = { ...world.ports, argocd: async () => ({ ...world.argocd, watch }) };
    const { status, deployment } = await syncApplication.run(ports, world.input());
    expect(status).toBe('running');
    expect(deployment.syncRequested).toBe(true);
    await expect(syncApplication.run(ports, world.input(deployment))).rejects.toMatchObject({ name: 'UnavailableError' });
  });

  it.each([
    ['a deployment without a commit', { commit: undefined }, 'has no commit to sync'],
    ['a target that is not configured', { target: 'us' }, 'inference-service/dev/us is not configured'],
  ])('ends errored for %s', async (_what, overrides, message) => {
    const world = await aSyncWorld();
    const { commit, ...rest } = { ...world.input().deployment, ...overrides };
    const deployment = { ...rest, ...(commit === undefined ? {} : { commit }) };
    const targets = { target: () => world.targets.target(world.input().deployment) };
    await expect(syncApplication.run({ ...world.ports, targets }, { ...world.input(), deployment })).rejects.toThrow(message);
  });

  it('ends errored for an environment without edits', async () => {
    await expect(run(await aSyncWorld({ environment: { edits: [] } }))).rejects.toThrow('has no edits');
  });

  it("looks for the release where the target's own edits put it", async () => {
    const own = { edits: [anEdit({ path: 'eu.tag' })] };
    const carried = await aSyncWorld({ environment: { edits: [] }, target: own, image: NEW_IMAGE });
    for (const revision of [...carried.files.keys()]) carried.files.set(revision, 'eu:\n  tag: "1.1.0"\n');
    expect((await run(carried)).status).toBe('applied');
    const overtaken = await aSyncWorld({ target: own, application: { sync: { status: 'Synced', revisions: [OTHER] } } });
    overtaken.files.set('head', `${valuesFile('1.1.0')}eu:\n  tag: "1.2.0"\n`);
    expect(await run(overtaken)).toMatchObject({ status: 'superseded', deployment: { cause: expect.stringContaining('eu.tag of envs/dev/values.yaml') as string } });
  });

  it('passes an error of Git on', async () => {
    const world = await aSyncWorld({ application: { sync: { status: 'Synced', revisions: [OTHER] } } });
    const git = async () => ({ ...(await world.ports.git()), read: () => Promise.reject(new Error('bad credentials')) });
    await expect(syncApplication.run({ ...world.ports, git }, world.input())).rejects.toThrow('bad credentials');
  });
});

/** Lets the step take what is there, up to where it waits. */
async function started(_world: SyncWorld): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
}

function lostAtSecondLook(world: SyncWorld): SyncWorld['targets']['target'] {
  let looks = 0;
  return async (key) => {
    if (++looks === 2) await world.loseClaim();
    return world.targets.target(key);
  };
}
