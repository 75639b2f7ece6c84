import { describe, expect, it, vi } from 'vitest';
import { createMemoryServiceStore } from '../../../src/adapters/memory/service-store.ts';
import type { ClusterSnapshot } from '../../../src/domain/cluster.ts';
import { ConfigurationError, ForbiddenError, UnavailableError } from '../../../src/domain/errors.ts';
import { later } from '../../../src/domain/instant.ts';
import { LONGEST_SLICE } from '../../../src/domain/slice.ts';
import type { ArgoCd } from '../../../src/ports/argo-cd.ts';
import { checkRollout } from '../../../src/steps/check-rollout.ts';
import { anOperation, aRevision } from '../../support/application.ts';
import { aDigest } from '../../support/release.ts';
import { APPLIED, aRolloutWorld, aWebWorkload, NOW, rolledOut, type RolloutWorld, starting, waitingFor } from '../../support/rollout-world.ts';

const run = (world: RolloutWorld, input = world.input()) => checkRollout.run(world.ports, input);

/** Lets everything that is ready to run do so: the step is then waiting for the cluster or the clock. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
}

function ofAnotherTemplate(): ClusterSnapshot {
  return { ...starting(), workloads: starting().workloads.map((workload) => ({ ...workload, images: ['inference-service:1.1'] })) };
}

describe('checkRollout', () => {
  it('succeeds where everything is Ready already', async () => {
    const world = await aRolloutWorld({ snapshot: rolledOut() });
    const { status, deployment } = await run(world);
    expect(status).toBe('succeeded');
    expect(deployment.marks).toMatchObject({ applied: APPLIED, ready: NOW, noticed: NOW });
    expect(deployment.pods).toEqual([1, 2].map((number) => ({ name: `web-new-${number}`, ready: true, digest: aDigest() })));
    expect(deployment).not.toHaveProperty('watchingSince');
  });

  it('marks the instant at which the news of the last Ready pod arrived', async () => {
    const world = await aRolloutWorld();
    const result = run(world);
    await settled();
    world.clock.advance(9_000);
    world.cluster.show(rolledOut());
    const { status, deployment } = await result;
    expect(status).toBe('succeeded');
    expect(deployment.marks).toMatchObject({ ready: later(NOW, 9_000), noticed: later(NOW, 9_000) });
  });

  it('asks Argo CD for the live templates once, however often the cluster changes, and for the operation early and once they are Ready', async () => {
    const world = await aRolloutWorld();
    const asked: string[] = [];
    const argocd: ArgoCd = {
      ...world.argocd,
      workloads: (ref) => (asked.push('workloads'), world.argocd.workloads(ref)),
      application: (ref) => (asked.push('application'), world.argocd.application(ref)),
    };
    const result = checkRollout.run({ ...world.ports, argocd: async () => argocd }, world.input());
    for (const snapshot of [starting(), ofAnotherTemplate(), starting(), rolledOut()]) {
      await settled();
      world.cluster.show(snapshot);
    }
    expect(await result).toHaveProperty('status', 'succeeded');
    expect(asked).toEqual(['workloads', 'application', 'application']);
  });

  it('never marks ready before applied', async () => {
    const applied = later(NOW, 200);
    const world = await aRolloutWorld({ snapshot: rolledOut() });
    const { deployment } = await run(world, world.input({ marks: { started: NOW, applied } }));
    expect(deployment.marks).toMatchObject({ ready: applied, noticed: applied });
  });

  it('marks ready where nobody noted when it was applied', async () => {
    const world = await aRolloutWorld({ snapshot: rolledOut() });
    expect(await run(world, world.input({ marks: { started: APPLIED } }))).toHaveProperty('deployment.marks.ready', NOW);
  });

  it("keeps the pods' own instant of readiness beside the mark", async () => {
    const world = await aRolloutWorld({ snapshot: rolledOut() });
    const readySince = rolledOut().pods.map((pod) => pod.readySince).toSorted().at(-1);
    expect((await run(world)).deployment.reported).toEqual({ ready: readySince });
  });

  it.each([
    ['the operation still runs its later hooks', { application: { operation: anOperation({ phase: 'Running', finishedAt: null }) } }],
    ['an operation is requested', { application: { operationRequested: true } }],
    ['a hook of the operation failed', { application: { operation: anOperation({ phase: 'Failed' }) } }],
    ['a smoke check is configured', { target: { smoke: { url: 'https://web.example.com/health', status: 200 } } }],
  ])('leaves something to verify when %s', async (_when, options) => {
    const world = await aRolloutWorld({ snapshot: rolledOut(), ...options });
    expect(await run(world)).toMatchObject({ status: 'ready', deployment: { marks: { ready: NOW } } });
  });

  it.each([
    ['once, while the pods start', [{ revisions: [aRevision()], deployedAt: NOW }], 0],
    ['again at the end where it had not ended by then', [], 1],
  ])('asks how the operation ended %s', async (_how, history, atTheEnd) => {
    const world = await aRolloutWorld({ application: { history, operation: anOperation() } });
    const application = vi.spyOn(world.argocd, 'application');
    const result = run(world, world.input({ commit: { revision: aRevision(), head: aRevision(), url: null, changes: [] } }));
    await settled();
    world.cluster.show(starting());
    await settled();
    expect(application).toHaveBeenCalledTimes(1);
    world.cluster.show(rolledOut());
    expect((await result).status).toBe('succeeded');
    expect(application).toHaveBeenCalledTimes(1 + atTheEnd);
  });

  it('keeps the warnings of steps before, each once', async () => {
    const world = await aRolloutWorld({ snapshot: { ...rolledOut(), workloads: rolledOut().workloads.map((workload) => ({ ...workload, images: [...workload.images, 'inference-service:0.9'] })) } });
    const warning = 'Deployment web: its template has inference-service:0.9';
    const { deployment } = await run(world, world.input({ warnings: ['from before', warning] }));
    expect(deployment.warnings).toEqual(['from before', warning]);
  });

  it('fails with the cause when a grace ends, though nothing changes', async () => {
    const world = await aRolloutWorld({ snapshot: waitingFor('ImagePullBackOff', 'manifest unknown') });
    const result = run(world);
    await settled();
    world.clock.advance(60_999);
    await settled();
    world.clock.advance(1);
    const { status, deployment } = await result;
    expect(status).toBe('failed');
    expect(deployment).toMatchObject({ cause: 'pod web-new-1: ImagePullBackOff: manifest unknown', pods: [{ name: 'web-new-1', ready: false }] });
    expect(deployment.marks).not.toHaveProperty('ready');
    expect(deployment).not.toHaveProperty('watchingSince');
  });

  it('keeps the first cause', async () => {
    const world = await aRolloutWorld({ snapshot: waitingFor('InvalidImageName') });
    expect(await run(world, world.input({ cause: 'the first' }))).toMatchObject({ status: 'failed', deployment: { cause: 'the first' } });
  });

  it('fails an Application without a workload of the release', async () => {
    const world = await aRolloutWorld({ live: [aWebWorkload({ images: ['redis:7'] })] });
    const { status, deployment } = await run(world);
    expect([status, deployment.cause]).toEqual(['failed', 'Application inference-dev: no Deployment, StatefulSet or DaemonSet runs an image of inference-service']);
  });
});

describe('checkRollout › slices', () => {
  it('answers running at the end of a slice, and remembers since when it watches', async () => {
    const world = await aRolloutWorld();
    const result = run(world);
    await settled();
    world.clock.advance(LONGEST_SLICE);
    expect(await result).toMatchObject({ status: 'running', deployment: { watchingSince: NOW } });
  });

  it('ends its slice though the cluster never stops changing', async () => {
    const world = await aRolloutWorld();
    const result = run(world);
    await settled();
    world.clock.advance(LONGEST_SLICE);
    world.cluster.show(starting());
    expect(await result).toHaveProperty('status', 'running');
  });

  it('counts graces and the deadline over its slices', async () => {
    const world = await aRolloutWorld();
    const result = run(world, world.input({ watchingSince: APPLIED }));
    await settled();
    world.clock.advance(LONGEST_SLICE);
    expect(await result).toMatchObject({ status: 'running', deployment: { watchingSince: APPLIED } });
    world.clock.advance(900_000 - LONGEST_SLICE);
    expect(await run(world, world.input({ watchingSince: APPLIED }))).toMatchObject({ status: 'failed', deployment: { cause: 'Deployment web: 0 of 2 new pods available after 901 s' } });
  });

  it('does not take over the clock of the step before', async () => {
    const world = await aRolloutWorld();
    const result = run(world, world.input({ watchingSince: '2026-01-02T02:00:00.000Z' }));
    await settled();
    world.clock.advance(LONGEST_SLICE);
    expect(await result).toHaveProperty('deployment.watchingSince', NOW);
  });

  it('starts its clock again after a redrive, once', async () => {
    const world = await aRolloutWorld();
    world.clock.advance(3_600_000);
    const redrive = { redrives: 1, redrivenAt: later(NOW, 3_599_000) };
    const first = await sliceOf(world, world.input({ watchingSince: NOW }, redrive));
    expect(first).toMatchObject({ status: 'running', deployment: { watchingSince: later(NOW, 3_600_000) } });
    expect(first.deployment.idle).toEqual([{ from: APPLIED, to: redrive.redrivenAt }]);
    const second = await sliceOf(world, { ...world.input({}, redrive), deployment: first.deployment });
    expect(second.deployment.watchingSince).toBe(first.deployment.watchingSince);
  });

  /** A slice in which nothing happens. The clock's invocation is over, so it ends as soon as it has begun. */
  async function sliceOf(world: RolloutWorld, input: ReturnType<RolloutWorld['input']>) {
    const result = run(world, input);
    await settled();
    world.clock.advance(1_000);
    return result;
  }
});

describe('checkRollout › claims and errors', () => {
  it('looks at nothing without the claim', async () => {
    const world = await aRolloutWorld({ snapshot: rolledOut() });
    await world.loseClaim();
    expect(await run(world)).toMatchObject({ status: 'superseded', deployment: { cause: 'superseded: the claim of the target went to another execution' } });
  });

  it('is superseded, not failed, when a newer release took the claim under its watch', async () => {
    const world = await aRolloutWorld();
    const result = run(world);
    await settled();
    await world.loseClaim();
    world.cluster.show(waitingFor('InvalidImageName'));
    expect(await result).toHaveProperty('status', 'superseded');
  });

  it('is superseded as soon as the template of the newer release replaces ours', async () => {
    const world = await aRolloutWorld();
    const result = run(world);
    await settled();
    await world.loseClaim();
    world.cluster.show(ofAnotherTemplate());
    expect(await result).toMatchObject({ status: 'superseded', deployment: { cause: 'superseded: the claim of the target went to another execution' } });
  });

  it('goes on when somebody else, without the claim, replaced our template', async () => {
    const world = await aRolloutWorld();
    const result = run(world);
    await settled();
    world.cluster.show(ofAnotherTemplate());
    await settled();
    world.cluster.show(rolledOut());
    expect(await result).toHaveProperty('status', 'succeeded');
  });

  it('is no failure of the release that the cluster is the wrong one', async () => {
    const world = await aRolloutWorld({ live: [aWebWorkload({ uid: 'uid-elsewhere' })] });
    await expect(run(world)).rejects.toThrow('cluster dev-eu is not where Application inference-dev deploys');
  });

  it('is no failure of the release that the target is no longer configured', async () => {
    const world = await aRolloutWorld();
    const ports = { ...world.ports, services: createMemoryServiceStore() };
    await expect(checkRollout.run(ports, world.input())).rejects.toThrow(/dev\/eu is not configured/);
  });

  it('refuses an Application that runs the release in two namespaces', async () => {
    const world = await aRolloutWorld({ live: [aWebWorkload(), aWebWorkload({ namespace: 'other', uid: 'uid-other' })] });
    await expect(run(world)).rejects.toThrow(ConfigurationError);
  });

  it('passes on what the cluster refuses', async () => {
    const world = await aRolloutWorld();
    world.cluster.fail(new ForbiddenError('no'));
    await expect(run(world)).rejects.toThrow(ForbiddenError);
  });

  it('keeps the clock of a first slice that lost the cluster, then leaves retrying to the state machine', async () => {
    const world = await aRolloutWorld();
    world.cluster.fail(new UnavailableError('away'));
    const first = await run(world);
    expect(first).toMatchObject({ status: 'running', deployment: { watchingSince: NOW } });
    await expect(run(world, { ...world.input(), deployment: first.deployment })).rejects.toThrow(UnavailableError);
  });

  it('ends when the cluster fails in the middle of a watch', async () => {
    const world = await aRolloutWorld();
    const result = run(world, world.input({ watchingSince: NOW }));
    await settled();
    world.cluster.fail(new UnavailableError('away'));
    await expect(result).rejects.toThrow('away');
  });
});
