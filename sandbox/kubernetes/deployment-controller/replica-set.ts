import { randomSuffix } from '../names.ts';
import { isOwnedBy, ownedBy, type Pod, type ReplicaSet } from '../objects.ts';
import type { Controller } from './deployment.ts';

/** Creates or deletes pods until there are `spec.replicas`, and counts them. A pod is available as soon as it is Ready. */
export function syncReplicaSet(controller: Controller, namespace: string, name: string): void {
  const { store } = controller;
  const set = store.get('ReplicaSet', namespace, name);
  if (set === null) return;
  const activePods = () => store.list('Pod', namespace).filter((pod) => isOwnedBy(pod, set) && pod.metadata.deletionTimestamp === undefined);
  const pods = activePods();
  for (let missing = set.spec.replicas - pods.length; missing > 0; missing -= 1) createPod(controller, set);
  for (const pod of [...pods].sort(byDispensability).slice(0, Math.max(0, pods.length - set.spec.replicas))) deletePod(controller, set, pod);

  const counted = activePods();
  const ready = counted.filter(isReady).length;
  const counts = { replicas: counted.length, fullyLabeledReplicas: counted.length, readyReplicas: ready, availableReplicas: ready };
  // `replicas` is the one count that the real server writes even when it is zero.
  const present = Object.fromEntries(Object.entries(counts).filter(([count, value]) => value > 0 || count === 'replicas'));
  store.update('ReplicaSet', namespace, name, (live) => ({ ...live, status: { ...present, observedGeneration: live.metadata.generation ?? 0 } }));
}

function createPod({ store, record }: Controller, set: ReplicaSet): void {
  const { labels, annotations } = set.spec.template.metadata;
  const pod = store.create('Pod', {
    metadata: {
      name: `${set.metadata.name}-${randomSuffix()}`,
      namespace: set.metadata.namespace,
      labels,
      ...(annotations === undefined ? {} : { annotations }),
      ownerReferences: [ownedBy(set)],
    },
    spec: set.spec.template.spec,
    status: { phase: 'Pending' },
  });
  record(set, { type: 'Normal', reason: 'SuccessfulCreate', message: `Created pod: ${pod.metadata.name}` });
}

function deletePod({ store, record }: Controller, set: ReplicaSet, { metadata }: Pod): void {
  store.delete('Pod', metadata.namespace, metadata.name);
  record(set, { type: 'Normal', reason: 'SuccessfulDelete', message: `Deleted pod: ${metadata.name}` });
}

/** Not running before running, not ready before ready, young before old. Source: kubernetes pkg/controller, ActivePodsWithRanks. */
function byDispensability(a: Pod, b: Pod): number {
  const worth = (pod: Pod) => Number(pod.spec.nodeName !== undefined) + Number(pod.status.phase === 'Running') + Number(isReady(pod));
  return worth(a) - worth(b) || Date.parse(b.metadata.creationTimestamp) - Date.parse(a.metadata.creationTimestamp);
}

function isReady({ status }: Pod): boolean {
  return status.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True') ?? false;
}
