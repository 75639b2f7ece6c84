import type { Clock } from '../clock.ts';
import { createRecorder } from '../events.ts';
import type { Pod } from '../objects.ts';
import type { Store } from '../store.ts';
import type { KubeletOptions } from './kubelet.ts';
import { NODE, scheduled, unschedulable } from './pod-status.ts';

const NO_ROOM = '0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.';

/** Puts each new pod on the one node, which has room for every pod without the fault `unschedulable`. */
export function startScheduler(store: Store, clock: Clock, { times, faultOf }: KubeletOptions): () => void {
  const record = createRecorder(store, clock, 'default-scheduler');

  function schedule({ metadata: { namespace, name, uid } }: Pod): void {
    const pod = store.get('Pod', namespace, name);
    if (pod?.metadata.uid !== uid || pod.spec.nodeName !== undefined) return;
    if (faultOf(pod) === 'unschedulable') {
      store.update('Pod', namespace, name, (live) => ({ ...live, status: unschedulable(live, NO_ROOM, clock.now()) }));
      record(pod, { type: 'Warning', reason: 'FailedScheduling', message: NO_ROOM });
      clock.after(times.probePeriod, () => schedule(pod));
      return;
    }
    record(pod, { type: 'Normal', reason: 'Scheduled', message: `Successfully assigned ${namespace}/${name} to ${NODE.name}` });
    store.update('Pod', namespace, name, (live) => ({ ...live, spec: { ...live.spec, nodeName: NODE.name }, status: scheduled(live, clock.now()) }));
  }
  return store.watch(({ type, object }) => {
    if (object.kind === 'Pod' && type === 'ADDED') clock.after(times.schedule, () => schedule(object));
  });
}
