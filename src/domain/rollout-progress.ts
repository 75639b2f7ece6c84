import type { ObservedWorkload } from './cluster.ts';

/** How far a controller has come, by the rules of `kubectl rollout status` (kubectl, pkg/polymorphichelpers/rollout_status.go). */
export type Progress =
  | { readonly progress: 'waiting'; /** How far it is, as `Deployment web: 1 of 2 new pods available`. */ readonly waitingFor: string }
  /** The controller is through; `kept` pods stay on the previous revision because a partition says so. */
  | { readonly progress: 'done'; readonly expected: number; readonly kept: number }
  /** Waiting would not help. */
  | { readonly progress: 'stuck'; readonly cause: string };

/** Where the workload's own status says that it is. Says nothing about which pods run, and on what. */
export function rolloutProgress(workload: ObservedWorkload): Progress {
  const name = workloadName(workload);
  if (workload.paused) return { progress: 'stuck', cause: `${name}: paused: its rollout goes on only after kubectl rollout resume` };
  if (workload.strategy === 'OnDelete') {
    return { progress: 'stuck', cause: `${name}: update strategy OnDelete: new pods start only when somebody deletes the old ones` };
  }
  // Until then the status is about an earlier template.
  if (workload.observedGeneration === 0 || workload.generation > workload.observedGeneration) return waiting(`${name}: its controller has not seen the new template`);
  switch (workload.kind) {
    case 'Deployment':
      return deploymentProgress(workload, name);
    case 'StatefulSet':
      return statefulSetProgress(workload, name);
    case 'DaemonSet':
      return daemonSetProgress(workload, name);
  }
}

/** `Deployment web`, as causes and warnings name it. */
export function workloadName({ kind, name }: Pick<ObservedWorkload, 'kind' | 'name'>): string {
  return `${kind} ${name}`;
}

function deploymentProgress({ replicas, status }: ObservedWorkload, name: string): Progress {
  const { updatedReplicas, availableReplicas } = status;
  if (updatedReplicas < replicas) return waiting(`${name}: ${updatedReplicas} of ${replicas} new pods started`);
  if (status.replicas > updatedReplicas) return waiting(`${name}: ${status.replicas - updatedReplicas} old pods not ended`);
  if (availableReplicas < updatedReplicas) return waiting(`${name}: ${availableReplicas} of ${updatedReplicas} new pods available`);
  return { progress: 'done', expected: replicas, kept: 0 };
}

function daemonSetProgress({ replicas, status }: ObservedWorkload, name: string): Progress {
  if (status.updatedReplicas < replicas) return waiting(`${name}: ${status.updatedReplicas} of ${replicas} new pods started`);
  if (status.availableReplicas < replicas) return waiting(`${name}: ${status.availableReplicas} of ${replicas} pods available`);
  return { progress: 'done', expected: replicas, kept: 0 };
}

/**
 * kubectl leaves the revision test out wherever `rollingUpdate` is set, which the API server does by itself. Both tests are made here.
 */
function statefulSetProgress({ replicas, status, partition, revision }: ObservedWorkload, name: string): Progress {
  const kept = Math.min(partition ?? 0, replicas);
  const expected = replicas - kept;
  if (status.readyReplicas < replicas) return waiting(`${name}: ${status.readyReplicas} of ${replicas} pods ready`);
  if (status.updatedReplicas < expected) return waiting(`${name}: ${status.updatedReplicas} of ${expected} pods updated`);
  if (kept === 0 && revision !== status.currentRevision) return waiting(`${name}: ${status.updatedReplicas} of ${replicas} pods updated`);
  return { progress: 'done', expected, kept };
}

function waiting(waitingFor: string): Progress {
  return { progress: 'waiting', waitingFor };
}
