import { describe, expect, it } from 'vitest';
import type { ClusterSnapshot, Condition, ObservedWorkload } from '../../../src/domain/cluster.ts';
import { later } from '../../../src/domain/instant.ts';
import { rolloutStatus } from '../../../src/domain/rollout.ts';
import { DEFAULT_POLICY } from '../../../src/domain/service.ts';
import { liveWorkloadsOf } from '../../support/kubernetes-objects.ts';
import { aContainer, aPod, aReplicaSet, aRollout } from '../../support/observed-cluster.ts';
import { aRelease } from '../../support/release.ts';

const WATCHING_SINCE = '2026-01-02T03:05:00.000Z';
const NOW = '2026-01-02T03:05:10.000Z';

function judge(snapshot: ClusterSnapshot, now = NOW) {
  const want = { release: aRelease(), live: liveWorkloadsOf(snapshot), policy: DEFAULT_POLICY, watchingSince: WATCHING_SINCE, application: 'inference-dev', cluster: 'eu' };
  return rolloutStatus(snapshot, want, now);
}

function aCondition(overrides: Partial<Condition>): Condition {
  return { type: 'Progressing', status: 'False', reason: '', message: '', since: null, ...overrides };
}

/** What clusters leave out: facts without an instant, and lists that lag. */
describe('rolloutStatus, where the cluster leaves something out', () => {
  it('waits while a Deployment has no revision yet', () => {
    expect(judge(aRollout([aPod({ ready: true })], { replicas: 1, revision: '' }))).toMatchObject({ status: 'running', waitingFor: 'Deployment web: 0 new pods listed as Ready' });
  });

  it('takes a StatefulSet without a rollingUpdate as one without a partition', () => {
    const status = { replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1, currentRevision: 'web-2' };
    const stateful: Partial<ObservedWorkload> = { kind: 'StatefulSet', replicas: 1, revision: 'web-2', status };
    const pod = aPod({ ready: true, ownerUid: 'uid-web', labels: { 'controller-revision-hash': 'web-2' } });
    expect(judge(aRollout([pod], stateful)).status).toBe('ready');
  });

  it('is ready without knowing since when', () => {
    expect(judge(aRollout([aPod({ ready: true, readySince: null })], { replicas: 1 }))).toMatchObject({ status: 'ready', readyAt: null });
  });

  it('believes a ProgressDeadlineExceeded without an instant', () => {
    const conditions = [aCondition({ reason: 'ProgressDeadlineExceeded', message: 'timed out progressing' })];
    expect(judge(aRollout([], { conditions }))).toMatchObject({ status: 'failed', cause: 'Deployment web: ProgressDeadlineExceeded: timed out progressing' });
  });

  it('counts the grace of a ReplicaFailure without an instant from the start of the watch', () => {
    const failing = aReplicaSet({ conditions: [aCondition({ type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: 'exceeded quota' })] });
    const snapshot = { ...aRollout([]), replicaSets: [failing] };
    expect(judge(snapshot)).toMatchObject({ status: 'running', recheckAt: later(WATCHING_SINCE, DEFAULT_POLICY.configGrace) });
  });

  it('counts the grace of a pull from the making of a pod without conditions', () => {
    const pod = aPod({ scheduledAt: null, initializedAt: null, container: { running: false, waiting: { reason: 'ErrImagePull', message: 'x' } } });
    expect(judge(aRollout([pod]))).toMatchObject({ status: 'running', recheckAt: later(pod.createdAt, DEFAULT_POLICY.pullGrace) });
  });

  it('says of a crash without an end what there is to say', () => {
    const pod = aPod({ container: { running: false, restartCount: 3, waiting: { reason: 'CrashLoopBackOff', message: '' } } });
    expect(judge(aRollout([pod]))).toMatchObject({ status: 'failed', cause: 'pod web-new-1: CrashLoopBackOff: container web' });
  });

  it('counts one restart as one', () => {
    const terminated = { reason: 'Error', exitCode: 2, message: '', finishedAt: null };
    const snapshot = aRollout([aPod({ container: { running: false, terminated, restartCount: 1 } })]);
    expect(judge(snapshot, later(WATCHING_SINCE, 900_000))).toMatchObject({ status: 'failed', cause: 'pod web-new-1: CrashLoopBackOff: container web, exit code 2 after 1 restart' });
  });

  it('does not speak of restarts before there was one', () => {
    const terminated = { reason: 'Error', exitCode: 2, message: '', finishedAt: null };
    const snapshot = aRollout([aPod({ container: { running: false, terminated } })]);
    expect(judge(snapshot, later(WATCHING_SINCE, 900_000))).toMatchObject({ status: 'failed', cause: 'pod web-new-1: CrashLoopBackOff: container web, exit code 2' });
  });

  it('finds nothing wrong with an init container that has done its work', () => {
    const done = aContainer({ name: 'migrate', init: true, running: false, terminated: { reason: 'Completed', exitCode: 0, message: '', finishedAt: NOW } });
    expect(judge(aRollout([aPod({ containers: [done, aContainer()] })]))).toMatchObject({ status: 'running', recheckAt: later(WATCHING_SINCE, DEFAULT_POLICY.rolloutTimeout) });
  });

  it('looks again at the deadline where that comes before the end of a grace', () => {
    const unschedulable = { message: 'no nodes', since: later(WATCHING_SINCE, 14 * 60_000) };
    expect(judge(aRollout([aPod({ unschedulable })]))).toMatchObject({ status: 'running', recheckAt: later(WATCHING_SINCE, DEFAULT_POLICY.rolloutTimeout) });
  });

  it('cuts a message that would not fit a line', () => {
    const pod = aPod({ container: { running: false, waiting: { reason: 'InvalidImageName', message: 'x'.repeat(1000) } } });
    expect(judge(aRollout([pod]))).toHaveProperty('cause', `pod web-new-1: InvalidImageName: ${'x'.repeat(300)}…`);
  });

  it('says that a template no longer has the repository at all', () => {
    const snapshot = aRollout([]);
    const want = { release: aRelease(), live: liveWorkloadsOf(snapshot), policy: DEFAULT_POLICY, watchingSince: WATCHING_SINCE, application: 'inference-dev', cluster: 'eu' };
    const replaced = { ...snapshot, workloads: snapshot.workloads.map((workload) => ({ ...workload, images: ['redis:7'] })) };
    expect(rolloutStatus(replaced, want, NOW)).toMatchObject({ status: 'running', waitingFor: 'Deployment web: its template has no image of the release' });
  });
});
