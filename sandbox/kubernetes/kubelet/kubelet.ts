import type { Clock } from '../clock.ts';
import { createRecorder, type RecordEvent } from '../events.ts';
import type { Container, Pod } from '../objects.ts';
import type { Store } from '../store.ts';
import { type ContainerHost, type Fault, type KubeletTimes, pullImage, startContainer } from './container.ts';
import { admitted, containerStatus, creating, withContainer } from './pod-status.ts';

export type KubeletOptions = {
  readonly times: KubeletTimes;
  readonly faultOf: (pod: Pod) => Fault | undefined;
};

type Kubelet = KubeletOptions & { readonly store: Store; readonly clock: Clock; readonly record: RecordEvent };

/** Runs the pods that are put on its node. No container runs; statuses and events are a kubelet's. */
export function startKubelet(store: Store, clock: Clock, options: KubeletOptions): () => void {
  const kubelet: Kubelet = { ...options, store, clock, record: createRecorder(store, clock, 'kubelet') };
  let admissions = 0;
  return store.watch(({ type, object: pod, previous }) => {
    if (pod.kind !== 'Pod' || previous?.kind !== 'Pod' || type !== 'MODIFIED') return;
    if (pod.spec.nodeName !== undefined && previous.spec.nodeName === undefined) {
      const address = `10.1.${Math.floor(admissions / 250) % 250}.${(admissions % 250) + 1}`;
      admissions += 1;
      clock.after(0, () => admit(kubelet, pod, address));
    }
    const { deletionTimestamp, namespace, name } = pod.metadata;
    const marked = deletionTimestamp !== undefined && previous.metadata.deletionTimestamp === undefined;
    if (marked) clock.after(options.times.stop, () => store.remove('Pod', namespace, name));
  });
}

function admit(kubelet: Kubelet, pod: Pod, address: string): void {
  const { store, clock } = kubelet;
  if (live(store, pod) === null) return;
  store.update('Pod', pod.metadata.namespace, pod.metadata.name, (each) => ({ ...each, status: admitted(each, address, clock.now()) }));
  startContainers(kubelet, pod);
}

/** All containers at once. */
function startContainers(kubelet: Kubelet, pod: Pod): void {
  for (const container of pod.spec.containers) {
    const host = hostOf(kubelet, pod, container);
    pullImage(host, (imageId) => startContainer(host, imageId));
  }
}

/** The pod while it lives under this uid and is not being deleted. */
function live(store: Store, { metadata: { namespace, name, uid } }: Pod): Pod | null {
  const pod = store.get('Pod', namespace, name);
  return pod?.metadata.uid === uid && pod.metadata.deletionTimestamp === undefined ? pod : null;
}

function hostOf({ store, clock, record, times, faultOf }: Kubelet, pod: Pod, container: Container): ContainerHost {
  const { namespace, name } = pod.metadata;
  const current = () => live(store, pod) ?? pod;
  const status = () => containerStatus(current().status, container.name) ?? creating(container);
  return {
    container, times, status,
    now: () => clock.now(),
    after: (ms, run) => void clock.after(ms, () => live(store, pod) !== null && run()),
    pod: current,
    set: (change) => void store.update('Pod', namespace, name, (each) => ({ ...each, status: withContainer(each.status, { ...status(), ...change }, clock.now()) })),
    record: (occurrence) => record(pod, { ...occurrence, fieldPath: `spec.containers{${container.name}}` }),
    fault: () => (container === pod.spec.containers[0] ? faultOf(current()) : undefined),
  };
}
