import type { Clock } from '../clock.ts';
import { createRecorder } from '../events.ts';
import type { KubernetesObject } from '../objects.ts';
import type { Store } from '../store.ts';
import { type Controller, type RefusalOf, syncDeployment } from './deployment.ts';
import { syncReplicaSet } from './replica-set.ts';

/** Rolls out Deployments and keeps the pods of ReplicaSets. No controller acts on StatefulSets and DaemonSets. */
export function startDeploymentController(store: Store, clock: Clock, refusalOf: RefusalOf = () => undefined): () => void {
  const deployments = createQueue(clock, { store, clock, refusalOf, record: createRecorder(store, clock, 'deployment-controller') }, syncDeployment);
  const sets = createQueue(clock, { store, clock, refusalOf, record: createRecorder(store, clock, 'replicaset-controller') }, syncReplicaSet);

  function notice(object: KubernetesObject): void {
    const { namespace, name, ownerReferences = [] } = object.metadata;
    if (object.kind === 'Deployment') deployments.add(namespace, name);
    if (object.kind === 'ReplicaSet') sets.add(namespace, name);
    for (const owner of ownerReferences) {
      if (owner.kind === 'Deployment') deployments.add(namespace, owner.name);
      if (owner.kind === 'ReplicaSet') sets.add(namespace, owner.name);
    }
  }
  return store.watch(({ object }) => notice(object));
}

/** @returns when to look again though nothing changed, in epoch milliseconds; Infinity or nothing for never */
type Sync = (controller: Controller, namespace: string, name: string) => number | void;

/** Objects to look at, each once however often it changed meanwhile. */
function createQueue(clock: Clock, controller: Controller, sync: Sync) {
  const waiting = new Set<string>();
  const alarms = new Map<string, () => void>();

  function add(namespace: string, name: string): void {
    const key = `${namespace}/${name}`;
    if (waiting.has(key)) return;
    waiting.add(key);
    clock.after(0, () => {
      waiting.delete(key);
      const again = sync(controller, namespace, name) ?? Infinity;
      alarms.get(key)?.();
      alarms.delete(key);
      if (again !== Infinity) alarms.set(key, clock.after(Math.max(0, again - clock.now()), () => add(namespace, name)));
    });
  }
  return { add };
}
