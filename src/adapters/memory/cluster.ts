import { type ClusterSnapshot, EMPTY_SNAPSHOT } from '../../domain/cluster.ts';
import type { Cluster, ClusterSelection } from '../../ports/cluster.ts';

/** A cluster in process: shows what it is told to. */
export type MemoryCluster = Cluster & {
  /** Replaces what is in the cluster, and wakes every watch. */
  show(snapshot: ClusterSnapshot): void;
  /** Ends every watch, and each that is opened later, with this error; null makes it answer again. */
  fail(error: Error | null): void;
};

export function createMemoryCluster(initial: ClusterSnapshot = EMPTY_SNAPSHOT): MemoryCluster {
  let current = initial;
  let failure: Error | null = null;
  let version = 0;
  let changed = Promise.withResolvers<void>();

  function change(): void {
    version += 1;
    changed.resolve();
    changed = Promise.withResolvers();
  }

  return {
    show(snapshot) {
      current = snapshot;
      change();
    },
    fail(error) {
      failure = error;
      change();
    },
    async *watch(selection, signal) {
      const aborted = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
      let seen = -1;
      while (!signal.aborted) {
        if (failure !== null) throw failure;
        if (seen === version) {
          await Promise.race([changed.promise, aborted]);
          continue;
        }
        seen = version;
        yield select(current, selection);
      }
    },
  };
}

/** Only what the real cluster would have listed: one namespace, and the kinds that were asked for. */
function select(snapshot: ClusterSnapshot, { namespace, kinds }: ClusterSelection): ClusterSnapshot {
  return {
    workloads: snapshot.workloads.filter((workload) => workload.namespace === namespace && kinds.includes(workload.kind)),
    replicaSets: kinds.includes('Deployment') ? snapshot.replicaSets.filter((replicaSet) => replicaSet.namespace === namespace) : [],
    pods: snapshot.pods.filter((pod) => pod.namespace === namespace),
    events: snapshot.events,
  };
}
