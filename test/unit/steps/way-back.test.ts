import { describe, expect, it } from 'vitest';
import type { ObservedOperation } from '../../../src/domain/application.ts';
import type { Deployment, TargetKey } from '../../../src/domain/deployment.ts';
import type { ClusterSnapshot } from '../../../src/domain/cluster.ts';
import { imageReference } from '../../../src/domain/release.ts';
import { checkRollout } from '../../../src/steps/check-rollout.ts';
import { syncApplication } from '../../../src/steps/sync-application.ts';
import { verifyRelease } from '../../../src/steps/verify-release.ts';
import { aLiveWorkload, anOperation, aRevision } from '../../support/application.ts';
import { aDigest, aRelease } from '../../support/release.ts';
import { aRolloutWorld, aWebWorkload, rolledOut, waitingFor } from '../../support/rollout-world.ts';
import { aSyncWorld, NEW_IMAGE, OLD_IMAGE, OTHER, OURS, type SyncWorld, valuesFile } from '../../support/sync-world.ts';

/** Head of the branch once release 1.1.0, which `OURS` brought, has been taken back. */
const BACK = aRevision('e');
const previous = aRelease({ tag: '1.0.0', digest: aDigest('0') });
const PREVIOUS_IMAGE = imageReference(previous);
const COMMITTED_AT = '2026-01-02T03:04:59.500Z';
const STARTED = { started: '2026-01-02T03:04:50.000Z' };
const commitOf = (revision: string) => ({ revision, head: revision, url: null, changes: [] });
const ROLLBACK = { release: previous, failedAt: '2026-01-02T03:04:59.000Z', marks: STARTED, reported: {}, commit: commitOf(OURS), pods: [] };
const TURNED: Partial<Deployment> = { rollback: ROLLBACK, cause: 'web crashed', commit: commitOf(BACK), marks: { ...STARTED, committed: COMMITTED_AT } };

const hanging = anOperation({ phase: 'Running', finishedAt: null, startedAt: '2026-01-02T03:04:52Z', message: 'waiting for completion of hook batch/Job/smoke', automated: true, revisions: [OURS] });
const outOfSync = { status: 'OutOfSync', revisions: [BACK] } as const;

/** The values have gone back to 1.0.0 at `BACK`; Argo CD shows the operation given. */
async function aWayBack({ operation = null as ObservedOperation | null, autoSync = true, image = NEW_IMAGE } = {}): Promise<SyncWorld> {
  const application = { operationRequested: operation?.finishedAt === null, operation, sync: outOfSync, autoSync: autoSync ? { prune: true } : null };
  const world = await aSyncWorld({ image, application });
  world.files.set('head', valuesFile('1.0.0')).set(BACK, valuesFile('1.0.0'));
  return world;
}

/** The operation ends when it is told to; auto-sync, or the request that is then made, brings the previous release. */
function endAndSync({ argocd }: SyncWorld, { autoSync }: { readonly autoSync: boolean }): void {
  const sync = () => {
    argocd.run([aLiveWorkload(OLD_IMAGE)]);
    argocd.show({ operationRequested: false, operation: anOperation({ revisions: [BACK] }), sync: { status: 'Synced', revisions: [BACK] } });
  };
  argocd.react({
    terminated() {
      argocd.show({ operationRequested: false, operation: { ...hanging, phase: 'Failed', message: 'Operation terminated', finishedAt: '2026-01-02T03:05:00Z' } });
      if (autoSync) sync();
    },
    requested: sync,
  });
}

const sync = (world: SyncWorld, deployment: Partial<Deployment> = TURNED) => syncApplication.run(world.ports, world.input(deployment));

/** Lets a step take what is there, up to where it waits. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
}

/** Nothing changes any more until five minutes later. */
async function endedByTime<Result>({ clock }: { readonly clock: { advance(ms: number): void } }, ended: Promise<Result>): Promise<Result> {
  await settle();
  clock.advance(300_000);
  return ended;
}

async function endOfSlice(world: SyncWorld): Promise<string> {
  return (await endedByTime(world, sync(world))).status;
}

/** The rollout as it is once its template names the previous release. */
function withImage(snapshot: ClusterSnapshot): ClusterSnapshot {
  const workloads = snapshot.workloads.map((workload) => ({ ...workload, images: [PREVIOUS_IMAGE] }));
  const pods = snapshot.pods.map((pod) => ({ ...pod, containers: pod.containers.map((container) => ({ ...container, image: PREVIOUS_IMAGE })) }));
  return { ...snapshot, workloads, pods };
}

describe('syncApplication on the way back', () => {
  it.each([['with auto-sync', true], ['without auto-sync', false]])('does not wait for a hanging hook of the failed release, %s', async (_what, autoSync) => {
    const world = await aWayBack({ operation: hanging, autoSync });
    endAndSync(world, { autoSync });
    const { status, deployment } = await sync(world);
    expect(status).toBe('applied');
    expect(world.argocd.terminations).toEqual([hanging]);
    expect(world.argocd.requests).toHaveLength(autoSync ? 0 : 1);
    expect(deployment).toMatchObject({ operationRevision: BACK, cause: 'web crashed', release: aRelease(), rollback: ROLLBACK });
  });

  it('ends the operation at a later revision too that still brings the failed release', async () => {
    const world = await aWayBack({ operation: { ...hanging, revisions: [OTHER] } });
    world.files.set(OTHER, valuesFile('1.1.0'));
    endAndSync(world, { autoSync: true });
    expect((await sync(world)).status).toBe('applied');
    expect(world.argocd.terminations).toHaveLength(1);
  });

  it.each([
    ['brings something else', valuesFile('1.2.0')],
    ['brings what goes back', valuesFile('1.0.0')],
    ['has no such file', null],
  ])('never ends an operation that %s', async (_what, text) => {
    const world = await aWayBack({ operation: { ...hanging, revisions: [OTHER] } });
    if (text === null) world.files.delete(OTHER);
    else world.files.set(OTHER, text);
    expect(await endOfSlice(world)).toBe('running');
    expect(world.argocd.terminations).toEqual([]);
  });

  it('ends the operation of the release whose claim was taken, on the way forward', async () => {
    const world = await aSyncWorld({ image: OLD_IMAGE, application: { operationRequested: true, operation: { ...hanging, revisions: [OTHER] }, autoSync: { prune: true }, sync: { status: 'OutOfSync', revisions: [OURS] } } });
    world.files.set(OTHER, valuesFile('1.0.9'));
    world.argocd.react({
      terminated() {
        world.argocd.run([aLiveWorkload(NEW_IMAGE)]);
        world.argocd.show({ operationRequested: false, operation: anOperation({ revisions: [OURS] }) });
      },
    });
    expect((await sync(world, { interrupts: [{ tag: '1.0.10', digest: aDigest('8') }, { tag: '1.0.9', digest: aDigest('9') }] })).status).toBe('applied');
    expect(world.argocd.terminations).toHaveLength(1);
  });

  it('never ends the operation that brings its own value, though the release before it had the same', async () => {
    const world = await aSyncWorld({ image: NEW_IMAGE, application: { operationRequested: true, operation: { ...hanging, revisions: [OTHER] } } });
    world.files.set(OTHER, valuesFile('1.1.0'));
    expect((await sync(world, { interrupts: [{ tag: '1.1.0', digest: aDigest('9') }] })).status).toBe('applied');
    expect(world.argocd.terminations).toEqual([]);
  });

  it('ends nothing without the claim', async () => {
    const world = await aWayBack({ operation: hanging });
    let looks = 0;
    const targets = {
      async target(key: TargetKey) {
        if (++looks === 2) await world.loseClaim();
        return world.targets.target(key);
      },
    };
    const { status, deployment } = await syncApplication.run({ ...world.ports, targets }, world.input(TURNED));
    expect(status).toBe('superseded');
    expect(deployment.cause).toMatch(/^web crashed; the rollback to 1\.0\.0 ended: superseded/);
    expect(world.argocd.terminations).toEqual([]);
  });

  it('does not end the operation that began while it was looking', async () => {
    const world = await aWayBack({ operation: hanging });
    const application: SyncWorld['argocd']['application'] = async (ref, refresh) => {
      const seen = await world.argocd.application(ref, refresh);
      if (refresh === 'normal') world.argocd.show({ operation: { ...hanging, revisions: [BACK], startedAt: '2026-01-02T03:05:00Z' } });
      return seen;
    };
    world.argocd.run([aLiveWorkload(OLD_IMAGE)]);
    const { status } = await syncApplication.run({ ...world.ports, argocd: async () => ({ ...world.argocd, application }) }, world.input(TURNED));
    expect(status).toBe('applied');
    expect(world.argocd.terminations).toEqual([]);
  });

  it('asks once for the end of an operation that takes its time', async () => {
    const world = await aWayBack({ operation: hanging });
    const running = sync(world);
    await settle();
    world.argocd.show({ operation: hanging });
    await settle();
    world.clock.advance(240_000);
    expect((await running).status).toBe('running');
    expect(world.argocd.terminations).toHaveLength(1);
  });

  it('needs no operation where the failed release was never applied', async () => {
    const world = await aWayBack({ operation: { ...hanging, phase: 'Failed', finishedAt: '2026-01-02T03:04:58Z' }, image: OLD_IMAGE });
    world.argocd.show({ sync: { status: 'Synced', revisions: [BACK] } });
    expect((await sync(world)).status).toBe('applied');
    expect(world.argocd.requests).toEqual([]);
  });

  it('keeps the first cause when the way back fails too, and says so', async () => {
    const failed = anOperation({ phase: 'Failed', revisions: [BACK], failures: ['Job migrate: BackoffLimitExceeded'] });
    const world = await aWayBack({ autoSync: false });
    world.argocd.react({ requested: () => world.argocd.show({ operationRequested: false, operation: failed }) });
    const { status, deployment } = await sync(world);
    expect(status).toBe('failed');
    expect(deployment.cause).toBe('web crashed; the rollback to 1.0.0 failed too: Application inference-dev: Job migrate: BackoffLimitExceeded');
  });

  it('is superseded when somebody else takes the previous release off the branch', async () => {
    const world = await aWayBack();
    world.argocd.show({ sync: { status: 'Synced', revisions: [OTHER] } });
    world.files.set(OTHER, valuesFile('1.3.0')).set('head', valuesFile('1.3.0'));
    const { status, deployment } = await sync(world);
    expect(status).toBe('superseded');
    expect(deployment.cause).toMatch(/^web crashed; the rollback to 1\.0\.0 ended: image\.tag of envs\/dev\/values\.yaml on the branch/);
  });
});

describe('checkRollout on the way back', () => {
  const live = [aWebWorkload({ images: [PREVIOUS_IMAGE] })];

  it('waits for the pods of the release that comes back', async () => {
    const world = await aRolloutWorld({ live, snapshot: withImage(rolledOut()) });
    const { status, deployment } = await checkRollout.run(world.ports, world.input({ ...TURNED, marks: world.input().deployment.marks }));
    expect(status).toBe('succeeded');
    expect(deployment).toMatchObject({ release: aRelease(), cause: 'web crashed' });
    expect(deployment.pods).toHaveLength(2);
  });

  it('keeps the first cause when the previous release cannot be pulled any more', async () => {
    const world = await aRolloutWorld({ live, snapshot: withImage(waitingFor('InvalidImageName', 'no such name')) });
    const { status, deployment } = await checkRollout.run(world.ports, world.input({ ...TURNED, marks: world.input().deployment.marks }));
    expect(status).toBe('failed');
    expect(deployment.cause).toMatch(/^web crashed; the rollback to 1\.0\.0 failed too: pod web-new-1: InvalidImageName/);
  });
});

describe('verifyRelease on the way back', () => {
  const smoke = { get: () => Promise.resolve({ status: 500, line: 'no model' }) };
  const ready: Partial<Deployment> = { ...TURNED, marks: { ...STARTED, committed: COMMITTED_AT, noticed: '2026-01-02T03:04:59.900Z' } };

  it('does not hold the failed operation of the failed release against the one that comes back', async () => {
    const world = await aWayBack({ operation: { ...hanging, phase: 'Failed', message: 'Operation terminated', finishedAt: '2026-01-02T03:04:58Z' } });
    expect((await verifyRelease.run({ ...world.ports, smoke }, world.input(ready))).status).toBe('succeeded');
  });

  it('waits for the hooks of the operation that brought it back', async () => {
    const world = await aWayBack({ operation: { ...hanging, revisions: [BACK] } });
    const verified = verifyRelease.run({ ...world.ports, smoke }, world.input({ ...ready, operationRevision: BACK }));
    await settle();
    world.argocd.show({ operationRequested: false, operation: anOperation({ revisions: [BACK] }) });
    expect((await verified).status).toBe('succeeded');
  });

  it('keeps the first cause when the smoke check fails for both', async () => {
    const target = { smoke: { url: 'https://inference.example.com/health', status: 200 } };
    const world = await aSyncWorld({ target, application: { operation: anOperation({ revisions: [BACK] }) } });
    const verified = verifyRelease.run({ ...world.ports, smoke }, world.input({ ...ready, watchingSince: '2026-01-02T03:04:59.950Z' }));
    const { status, deployment } = await endedByTime(world, verified);
    expect(status).toBe('failed');
    expect(deployment.cause).toBe('web crashed; the rollback to 1.0.0 failed too: smoke check https://inference.example.com/health answered 500, not 200: no model');
  });
});
