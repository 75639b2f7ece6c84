import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import type { ClusterAccess, ClusterKind, KubernetesObject } from '../../../sandbox/argocd/cluster-access.ts';

export type RecordedCluster = ClusterAccess & {
  /** Stores the object as it is: what a controller or a person writes. */
  write(object: KubernetesObject): void;
  find(kind: ClusterKind, name: string): KubernetesObject | undefined;
  /** Writes the status of a Deployment whose pods are all new and available. */
  finishRollout(name: string): void;
  /** Makes `apply` refuse in these words, until it is called with null. */
  refuse(message: string | null): void;
};

/** A cluster that remembers objects and does nothing by itself. */
export function recordedCluster(): RecordedCluster {
  const objects = new Map<string, KubernetesObject>();
  const changes = new EventEmitter().setMaxListeners(0);
  let refusal: string | null = null;
  let resourceVersion = 0;
  const key = (kind: string, name: string) => `${kind}/${name}`;
  const cluster: RecordedCluster = {
    write(object) {
      const live = objects.get(key(object.kind, object.metadata.name));
      const metadata = { uid: live?.metadata.uid ?? randomUUID(), creationTimestamp: '2026-01-01T00:00:00Z', ...object.metadata, resourceVersion: String(++resourceVersion) };
      const written = { ...object, metadata };
      objects.set(key(object.kind, object.metadata.name), written);
      changes.emit('change', written);
    },
    find: (kind, name) => objects.get(key(kind, name)),
    finishRollout(name) {
      const live = objects.get(key('Deployment', name));
      if (live === undefined) throw new Error(`There is no Deployment ${name}.`);
      cluster.write({ ...live, status: { observedGeneration: live.metadata.generation, replicas: 2, updatedReplicas: 2, availableReplicas: 2 } });
    },
    refuse: (message) => void (refusal = message),
    apply(object) {
      if (refusal !== null) throw new Error(refusal);
      const live = objects.get(key(object.kind, object.metadata.name));
      cluster.write({ ...live, ...object, metadata: { ...object.metadata, generation: (live?.metadata.generation ?? 0) + 1 } });
    },
    remove(kind, _namespace, name) {
      const live = objects.get(key(kind, name));
      objects.delete(key(kind, name));
      if (live !== undefined) changes.emit('change', live);
    },
    list: (kind, namespace) => [...objects.values()].filter((object) => object.kind === kind && object.metadata.namespace === namespace),
    onChange(callback) {
      changes.on('change', callback);
      return () => changes.off('change', callback);
    },
  };
  return cluster;
}
