import type { ClusterSnapshot, ObservedPod, ObservedReplicaSet, ObservedWorkload } from './cluster.ts';

/**
 * Pods of the workload's newest template that count: not deleted, and not ended (an evicted pod stays listed as Failed, and is replaced).
 * Empty also while the lists have not caught up with each other.
 */
export function newPods(workload: ObservedWorkload, snapshot: ClusterSnapshot): readonly ObservedPod[] {
  const belongs = membership(workload, snapshot);
  return snapshot.pods
    .filter((pod) => belongs(pod) && !pod.deleting && pod.phase !== 'Failed' && pod.phase !== 'Succeeded')
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function membership(workload: ObservedWorkload, snapshot: ClusterSnapshot): (pod: ObservedPod) => boolean {
  const { kind, uid, revision } = workload;
  if (revision === '') return () => false;
  if (kind === 'StatefulSet') return (pod) => pod.ownerUid === uid && pod.labels['controller-revision-hash'] === revision;
  // A DaemonSet names its newest ControllerRevision nowhere; its pods carry the generation of their template.
  if (kind === 'DaemonSet') return (pod) => pod.ownerUid === uid && pod.labels['pod-template-generation'] === revision;
  const replicaSet = newReplicaSet(workload, snapshot);
  return replicaSet === null ? () => false : (pod) => pod.ownerUid === replicaSet.uid && pod.labels['pod-template-hash'] === replicaSet.podTemplateHash;
}

/**
 * The Deployment's ReplicaSet with its own revision number. Age is no criterion: going back to an earlier template re-uses the earlier
 * ReplicaSet and gives it the new number.
 */
export function newReplicaSet(workload: ObservedWorkload, snapshot: ClusterSnapshot): ObservedReplicaSet | null {
  return snapshot.replicaSets.find(({ ownerUid, revision }) => ownerUid === workload.uid && revision === workload.revision) ?? null;
}
