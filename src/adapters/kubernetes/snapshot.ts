import type { ClusterSnapshot, ObservedWorkload, WorkloadKind } from '../../domain/cluster.ts';
import { parseEvent } from './event-schema.ts';
import { parsePod } from './pod-schema.ts';
import { parseReplicaSet, parseWorkload } from './workload-schema.ts';

/** Kinds that a snapshot is made of. */
export type WatchedKind = WorkloadKind | 'ReplicaSet' | 'Pod' | 'Event';

/** Reads a snapshot from Kubernetes objects as the API serves them. */
export function toSnapshot(objects: (kind: WatchedKind) => readonly unknown[]): ClusterSnapshot {
  return {
    workloads: (['Deployment', 'StatefulSet', 'DaemonSet'] as const).flatMap((kind): ObservedWorkload[] => objects(kind).map((object) => parseWorkload(kind, object))),
    replicaSets: objects('ReplicaSet').map(parseReplicaSet),
    pods: objects('Pod').map(parsePod),
    events: objects('Event').map(parseEvent),
  };
}
