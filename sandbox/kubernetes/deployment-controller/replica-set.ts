import { timestamp } from '../clock.ts';
import { randomSuffix } from '../names.ts';
import { isOwnedBy, ownedBy, type Pod, type ReplicaSet } from '../objects.ts';
import type { Controller } from './deployment.ts';

/** After a refusal: the real controller waits longer each time. */
const TRY_AGAIN_AFTER = 1000;

/**
 * Creates or deletes pods until there are `spec.replicas`, and counts them. A pod is available as soon as it is Ready.
 *
 * @returns when to look again though nothing changed, in epoch milliseconds; Infinity for never
 */
export function syncReplicaSet(controller: Controller, namespace: string, name: string): number {
  const { store, clock } = controller;
  const set = store.get('ReplicaSet', namespace, name);
  if (set === null) return Infinity;
  const activePods = () => store.list('Pod', namespace).filter((pod) => isOwnedBy(pod, set) && pod.metadata.deletionTimestamp === undefined);
  const pods = activePods();
  let refusal: string | undefined;
  for (let missing = set.spec.replicas - pods.length; missing > 0 && refusal === undefined; missing -= 1) refusal = createPod(controller, set);
  for (const pod of [...pods].sort(byDispensability).slice(0, Math.max(0, pods.length - set.spec.replicas))) deletePod(controller, set, pod);

  const counted = activePods();
  const ready = counted.filter(isReady).length;
  const counts = { replicas: counted.length, fullyLabeledReplicas: counted.length, readyReplicas: ready, availableReplicas: ready };
  // `replicas` is the one count that the real server writes even when it is zero.
  const present = Object.fromEntries(Object.entries(counts).filter(([count, value]) => value > 0 || count === 'replicas'));
  const failure = failureOf(set, refusal, clock.now());
  store.update('ReplicaSet', namespace, name, (live) => ({ ...live, status: { ...present, ...failure, observedGeneration: live.metadata.generation ?? 0 } }));
  return refusal === undefined ? Infinity : clock.now() + TRY_AGAIN_AFTER;
}

/** Source: kubernetes pkg/controller/replicaset, calculateStatus: set while creation fails, its time that of the first failure. */
function failureOf({ status }: ReplicaSet, message: string | undefined, now: number): Pick<ReplicaSet['status'], 'conditions'> {
  if (message === undefined) return {};
  const [before] = status.conditions ?? [];
  return { conditions: [before ?? { type: 'ReplicaFailure', status: 'True', lastTransitionTime: timestamp(now), reason: 'FailedCreate', message }] };
}

/** @returns why the API server refused the pod */
function createPod({ store, record, refusalOf }: Controller, set: ReplicaSet): string | undefined {
  const { labels, annotations } = set.spec.template.metadata;
  const metadata = {
    name: `${set.metadata.name}-${randomSuffix()}`,
    namespace: set.metadata.namespace,
    labels,
    ...(annotations === undefined ? {} : { annotations }),
    ownerReferences: [ownedBy(set)],
  };
  const refusal = refusalOf({ metadata });
  if (refusal !== undefined) {
    record(set, { type: 'Warning', reason: 'FailedCreate', message: `Error creating: ${refusal}` });
    return refusal;
  }
  store.create('Pod', { metadata, spec: set.spec.template.spec, status: { phase: 'Pending' } });
  record(set, { type: 'Normal', reason: 'SuccessfulCreate', message: `Created pod: ${metadata.name}` });
  return undefined;
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
