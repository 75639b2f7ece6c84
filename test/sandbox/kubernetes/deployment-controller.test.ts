import { describe, expect, it } from 'vitest';
import { type ClusterOptions, startCluster } from '../../../sandbox/kubernetes/cluster.ts';
import type { DeploymentStatus, ReplicaSet } from '../../../sandbox/kubernetes/objects.ts';
import { aDeployment, conditionOf, deploymentIn, DIGEST, isReady, podsOf } from './builders.ts';
import { manualClock } from './manual-clock.ts';

const OLD = `registry.example/web:1@${DIGEST}`;
const NEW = `registry.example/web:2@${DIGEST}`;
const NEWER = `registry.example/web:3@${DIGEST}`;
const REVISION = 'deployment.kubernetes.io/revision';

function aCluster(options: ClusterOptions = {}) {
  const clock = manualClock();
  return { clock, ...startCluster(clock, options) };
}

/** A cluster on which the Deployment is rolled out already. */
function aRolledOutCluster(spec: Parameters<typeof aDeployment>[0] = {}, options: ClusterOptions = {}) {
  const cluster = aCluster(options);
  cluster.apply(aDeployment({ image: OLD, ...spec }));
  cluster.clock.advance(5_000);
  return cluster;
}

function sizes(sets: readonly ReplicaSet[]): Record<string, number> {
  return Object.fromEntries(sets.map(({ spec }) => [spec.template.spec.containers[0]?.image ?? '', spec.replicas]));
}

describe('deployment controller', () => {
  it('rolls out a first template and reports it as the real controller does', () => {
    const { store } = aRolledOutCluster();
    const deployment = deploymentIn(store);
    const [set] = store.list('ReplicaSet', 'inference');
    expect(deployment.status).toMatchObject({ observedGeneration: 1, replicas: 3, updatedReplicas: 3, readyReplicas: 3, availableReplicas: 3 });
    expect(deployment.status).not.toHaveProperty('unavailableReplicas');
    expect(deployment.metadata.annotations).toEqual({ [REVISION]: '1' });
    expect(set?.metadata.name).toBe(`web-${set?.metadata.labels?.['pod-template-hash']}`);
    expect(conditionOf(deployment, 'Available')).toMatchObject({ status: 'True', reason: 'MinimumReplicasAvailable', message: 'Deployment has minimum availability.' });
    expect(conditionOf(deployment, 'Progressing')).toMatchObject({
      status: 'True', reason: 'NewReplicaSetAvailable', message: `ReplicaSet "${set?.metadata.name}" has successfully progressed.`,
    });
  });

  it.each([
    { maxSurge: '25%', maxUnavailable: '25%', replicas: 4, least: 3, most: 5 },
    { maxSurge: 1, maxUnavailable: 0, replicas: 2, least: 2, most: 3 },
    { maxSurge: 0, maxUnavailable: 0, replicas: 3, least: 2, most: 3 },
    { maxSurge: 0, maxUnavailable: 2, replicas: 3, least: 1, most: 3 },
  ])('keeps $least to $most pods while it updates $replicas with surge $maxSurge and $maxUnavailable unavailable', ({ maxSurge, maxUnavailable, replicas, least, most }) => {
    const spec = { replicas, strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge, maxUnavailable } } };
    const { store, clock, apply } = aRolledOutCluster(spec);
    const ready: number[] = [];
    const wanted: number[] = [];
    store.watch(() => {
      ready.push(store.list('Pod').filter(isReady).length);
      wanted.push(store.list('ReplicaSet').reduce((sum, set) => sum + set.spec.replicas, 0));
    });
    apply(aDeployment({ image: NEW, ...spec }));
    clock.advance(10_000);
    expect(podsOf(store, NEW).filter(isReady)).toHaveLength(replicas);
    expect(podsOf(store, OLD)).toHaveLength(0);
    expect(Math.min(...ready)).toBe(least);
    expect(Math.max(...wanted)).toBe(most);
  });

  it('shows a generation as observed only with the counts that belong to it', () => {
    const { store, clock, apply } = aRolledOutCluster();
    const statuses: DeploymentStatus[] = [];
    store.watch(({ object }) => void (object.kind === 'Deployment' && statuses.push(object.status)));
    apply(aDeployment({ image: NEW }));
    expect(deploymentIn(store).metadata.generation).toBe(2);
    expect(statuses).toMatchObject([{ observedGeneration: 1, updatedReplicas: 3 }]);
    clock.advance(5_000);
    const first = statuses.find(({ observedGeneration }) => observedGeneration === 2);
    expect(first).toMatchObject({ replicas: 3, availableReplicas: 3 });
    expect(first).not.toHaveProperty('updatedReplicas');
  });

  it('brings an old ReplicaSet back for an old template, with a new revision', () => {
    const { store, clock, apply } = aRolledOutCluster();
    const [first] = store.list('ReplicaSet');
    apply(aDeployment({ image: NEW }));
    clock.advance(5_000);
    apply(aDeployment({ image: OLD }));
    clock.advance(5_000);
    const sets = store.list('ReplicaSet');
    expect(sizes(sets)).toEqual({ [OLD]: 3, [NEW]: 0 });
    expect(store.get('ReplicaSet', 'inference', first?.metadata.name ?? '')).toMatchObject({ metadata: { uid: first?.metadata.uid, annotations: { [REVISION]: '3' } } });
    expect(deploymentIn(store).metadata.annotations?.[REVISION]).toBe('3');
  });

  it('does not give up a rollback at once because the last rollout was long ago', () => {
    const { store, clock, apply } = aRolledOutCluster();
    apply(aDeployment({ image: NEW }));
    clock.advance(3_600_000);
    const reasons = new Set<string | undefined>();
    store.watch(({ object }) => void (object.kind === 'Deployment' && reasons.add(conditionOf(object, 'Progressing')?.reason)));
    apply(aDeployment({ image: OLD }));
    clock.advance(5_000);
    expect([...reasons]).toEqual(['NewReplicaSetAvailable', 'ReplicaSetUpdated']);
  });

  it('takes a pod that is not ready first when it scales down', () => {
    const bad = new Set<string>();
    const faultOf: ClusterOptions['faultOf'] = ({ metadata: { name } }) => {
      if (bad.size === 0) bad.add(name);
      return bad.has(name) ? 'never-ready' : undefined;
    };
    for (const replicas of [3, 4, 5]) {
      bad.clear();
      const { store, clock, apply } = aRolledOutCluster({ replicas }, { faultOf });
      apply(aDeployment({ image: OLD, replicas: replicas - 1 }));
      clock.advance(5_000);
      expect(store.list('Pod').every(isReady)).toBe(true);
    }
  });

  it('scales without a new revision', () => {
    const { store, clock, apply } = aRolledOutCluster();
    apply(aDeployment({ image: OLD, replicas: 5 }));
    clock.advance(5_000);
    expect(sizes(store.list('ReplicaSet'))).toEqual({ [OLD]: 5 });
    apply(aDeployment({ image: OLD, replicas: 0 }));
    clock.advance(5_000);
    expect(store.list('Pod')).toHaveLength(0);
    expect(deploymentIn(store)).toMatchObject({ metadata: { annotations: { [REVISION]: '1' } }, status: { observedGeneration: 3 } });
    expect(conditionOf(deploymentIn(store), 'Progressing')?.reason).toBe('NewReplicaSetAvailable');
  });

  it('ends at the new size when it is scaled in the middle of a rollout', () => {
    for (const replicas of [2, 20]) {
      const { store, clock, apply } = aRolledOutCluster({ replicas: 10 });
      apply(aDeployment({ image: NEW, replicas: 10 }));
      clock.advance(100);
      expect(Object.values(sizes(store.list('ReplicaSet'))).every((size) => size > 0)).toBe(true);
      apply(aDeployment({ image: NEW, replicas }));
      clock.advance(10_000);
      expect(sizes(store.list('ReplicaSet'))).toEqual({ [OLD]: 0, [NEW]: replicas });
      expect(podsOf(store, NEW).filter(isReady)).toHaveLength(replicas);
      expect(conditionOf(deploymentIn(store), 'Progressing')?.reason).toBe('NewReplicaSetAvailable');
    }
  });

  it('gives up after the deadline since the last progress, keeps the old pods, and recovers with the next template', () => {
    const faultOf: ClusterOptions['faultOf'] = (pod) => (pod.spec.containers[0]?.image === NEW ? 'never-ready' : undefined);
    const { store, clock, apply } = aRolledOutCluster({ progressDeadlineSeconds: 30 }, { faultOf });
    apply(aDeployment({ image: NEW, progressDeadlineSeconds: 30 }));
    clock.advance(29_000);
    expect(conditionOf(deploymentIn(store), 'Progressing')).toMatchObject({ status: 'True', reason: 'ReplicaSetUpdated' });
    clock.advance(5_000);
    const current = store.list('ReplicaSet').find(({ spec }) => spec.template.spec.containers[0]?.image === NEW);
    expect(conditionOf(deploymentIn(store), 'Progressing')).toMatchObject({
      status: 'False', reason: 'ProgressDeadlineExceeded', message: `ReplicaSet "${current?.metadata.name}" has timed out progressing.`,
    });
    expect(podsOf(store, OLD).filter(isReady)).toHaveLength(3);
    apply(aDeployment({ image: NEWER, progressDeadlineSeconds: 30 }));
    clock.advance(5_000);
    expect(conditionOf(deploymentIn(store), 'Progressing')).toMatchObject({ status: 'True', reason: 'NewReplicaSetAvailable' });
  });

  it('keeps as many old ReplicaSets as revisionHistoryLimit says', () => {
    const { store, clock, apply } = aRolledOutCluster({ revisionHistoryLimit: 1 });
    for (const image of [NEW, NEWER]) {
      apply(aDeployment({ image, revisionHistoryLimit: 1 }));
      clock.advance(5_000);
    }
    expect(sizes(store.list('ReplicaSet'))).toEqual({ [NEW]: 0, [NEWER]: 3 });
  });

  it('replaces a deleted pod, and deletes everything with its Deployment', () => {
    const { store, clock } = aRolledOutCluster();
    const [pod] = store.list('Pod');
    store.delete('Pod', 'inference', pod?.metadata.name ?? '');
    clock.advance(5_000);
    expect(store.list('Pod').filter(isReady)).toHaveLength(3);
    expect(store.get('Pod', 'inference', pod?.metadata.name ?? '')).toBeNull();
    store.delete('Deployment', 'inference', 'web');
    clock.advance(5_000);
    expect([...store.list('ReplicaSet'), ...store.list('Pod')]).toEqual([]);
  });
});
