import type { Deployment, Pod } from '../sandbox/kubernetes/objects.ts';
import type { Store } from '../sandbox/kubernetes/store.ts';

export type WatchedRollout = { readonly namespace: string; readonly name: string; /** Of the image that the new pods run. */ readonly digest: string };

/**
 * Epoch milliseconds at which the last new pod was Ready and the Deployment available, seen by the cluster itself: the judge of how
 * soon Slipway notices. It shares no code with the rollout check that it judges.
 */
export function rolledOutAt(store: Store, { namespace, name, digest }: WatchedRollout): Promise<number> {
  return new Promise((resolve) => {
    const stop = store.watch(() => {
      const deployment = store.get('Deployment', namespace, name);
      if (deployment === null || !isRolledOut(deployment, store.list('Pod', namespace), digest)) return;
      stop();
      resolve(Date.now());
    });
  });
}

/** As `kubectl rollout status` decides it, and besides that each of the new pods is Ready. */
export function isRolledOut({ metadata, spec, status }: Deployment, pods: readonly Pod[], digest: string): boolean {
  const { replicas = 0, updatedReplicas = 0, availableReplicas = 0, observedGeneration = 0 } = status;
  const wanted = spec.replicas;
  if (!spec.template.spec.containers.some(({ image }) => image.endsWith(digest))) return false;
  if (observedGeneration < (metadata.generation ?? 0)) return false;
  if (updatedReplicas < wanted || replicas > updatedReplicas || availableReplicas < updatedReplicas) return false;
  return pods.filter((pod) => runs(pod, digest) && isReady(pod)).length >= wanted;
}

function runs({ spec, metadata }: Pod, digest: string): boolean {
  return metadata.deletionTimestamp === undefined && spec.containers.some(({ image }) => image.endsWith(digest));
}

function isReady({ status }: Pod): boolean {
  return status.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') ?? false;
}
