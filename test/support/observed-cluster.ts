import type { ClusterSnapshot, ObservedContainer, ObservedPod, ObservedReplicaSet, ObservedWorkload } from '../../src/domain/cluster.ts';
import { imageReference } from '../../src/domain/release.ts';
import { aRelease } from './release.ts';

const NAMESPACE = 'inference';

/** Deployment `web` that asks for two pods of the release and has none yet. */
export function aWorkload(overrides: Partial<ObservedWorkload> = {}): ObservedWorkload {
  const { kind = 'Deployment', name = 'web' } = overrides;
  return {
    kind,
    name,
    namespace: NAMESPACE,
    uid: `uid-${name}`,
    generation: 2,
    observedGeneration: 2,
    images: [imageReference(aRelease())],
    replicas: 2,
    revision: '2',
    paused: false,
    strategy: 'RollingUpdate',
    partition: null,
    progressDeadline: kind === 'Deployment' ? 600_000 : null,
    status: { replicas: 0, updatedReplicas: 0, readyReplicas: 0, availableReplicas: 0, currentRevision: '' },
    conditions: [],
    ...overrides,
  };
}

/** The new ReplicaSet of Deployment `web`. */
export function aReplicaSet(overrides: Partial<ObservedReplicaSet> = {}): ObservedReplicaSet {
  return { name: 'web-new', namespace: NAMESPACE, uid: 'uid-web-new', ownerUid: 'uid-web', revision: '2', podTemplateHash: 'new', conditions: [], ...overrides };
}

/** A pod of the new ReplicaSet that runs the release and is not Ready yet. */
export function aPod(overrides: Partial<ObservedPod> & { readonly container?: Partial<ObservedContainer> } = {}): ObservedPod {
  const { container, ...pod } = overrides;
  const name = overrides.name ?? 'web-new-1';
  const ready = overrides.ready ?? false;
  return {
    name,
    namespace: NAMESPACE,
    uid: `uid-${name}`,
    ownerUid: 'uid-web-new',
    labels: { 'pod-template-hash': 'new' },
    createdAt: '2026-01-02T03:05:01Z',
    deleting: false,
    phase: 'Running',
    ready,
    readySince: ready ? '2026-01-02T03:05:09Z' : null,
    scheduledAt: '2026-01-02T03:05:01Z',
    initializedAt: '2026-01-02T03:05:01Z',
    unschedulable: null,
    containers: [aContainer({ ready, ...container })],
    ...pod,
  };
}

export function aContainer(overrides: Partial<ObservedContainer> = {}): ObservedContainer {
  return { name: 'web', init: false, image: imageReference(aRelease()), imageId: '', ready: false, running: true, restartCount: 0, waiting: null, terminated: null, ...overrides };
}

/** Deployment `web` with these pods of its new ReplicaSet, and a status that counts them. */
export function aRollout(pods: readonly ObservedPod[], workload: Partial<ObservedWorkload> = {}): ClusterSnapshot {
  const ready = pods.filter((pod) => pod.ready).length;
  const status = { replicas: pods.length, updatedReplicas: pods.length, readyReplicas: ready, availableReplicas: ready, currentRevision: '' };
  return { workloads: [aWorkload({ status, ...workload })], replicaSets: [aReplicaSet()], pods, events: [] };
}
