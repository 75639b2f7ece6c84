import type { LiveWorkload } from '../../src/domain/application.ts';
import type { ClusterSnapshot, WorkloadKind } from '../../src/domain/cluster.ts';
import { parseEvent } from '../../src/adapters/kubernetes/event-schema.ts';
import { parsePod } from '../../src/adapters/kubernetes/pod-schema.ts';
import { parseReplicaSet, parseWorkload } from '../../src/adapters/kubernetes/workload-schema.ts';

export type KubernetesObject = { readonly kind: string };

const WORKLOAD_KINDS: readonly WorkloadKind[] = ['Deployment', 'StatefulSet', 'DaemonSet'];

/** Reads objects as the API serves them into a snapshot, with the adapter's own parsers. */
export function snapshotOf(objects: readonly KubernetesObject[]): ClusterSnapshot {
  const known = new Set<string>([...WORKLOAD_KINDS, 'ReplicaSet', 'Pod', 'Event']);
  for (const { kind } of objects) if (!known.has(kind)) throw new Error(`No snapshot has a ${kind}.`);
  const ofKind = (wanted: string) => objects.filter(({ kind }) => kind === wanted);
  return {
    workloads: WORKLOAD_KINDS.flatMap((kind) => ofKind(kind).map((object) => parseWorkload(kind, object))),
    replicaSets: ofKind('ReplicaSet').map(parseReplicaSet),
    pods: ofKind('Pod').map(parsePod),
    events: ofKind('Event').map(parseEvent),
  };
}

/** The workloads of a snapshot as Argo CD would name them. */
export function liveWorkloadsOf({ workloads }: ClusterSnapshot): LiveWorkload[] {
  return workloads.map(({ kind, namespace, name, uid, images }) => ({ kind, namespace, name, uid, images }));
}
