import type { Clock } from '../clock.ts';
import { createRecorder, type RecordEvent } from '../events.ts';
import type { Container, Pod } from '../objects.ts';
import type { Store } from '../store.ts';
import { type ContainerHost, type Fault, type KubeletTimes, pullImage, startContainer } from './container.ts';
import { admitted, containerStatus, creating, withContainer } from './pod-status.ts';
import type { ProcessRuntime } from './process-runtime.ts';
import { endProcess, type PodProcesses, programOf, RUN } from './program.ts';

export type KubeletOptions = {
  readonly times: KubeletTimes;
  readonly faultOf: (pod: Pod) => Fault | undefined;
  /** Runs the pods that are annotated so; without one they only seem to run, as all others do. */
  readonly runtime?: ProcessRuntime;
};

/** The last lines that a pod's process wrote; null for a pod that has none. */
export type PodLogs = (pod: Pod) => readonly string[] | null;

type Kubelet = KubeletOptions & { readonly store: Store; readonly clock: Clock; readonly record: RecordEvent; readonly processes: PodProcesses };

/** Runs the pods that are put on its node: those that say so as processes, of the others statuses and events alone. */
export function startKubelet(store: Store, clock: Clock, options: KubeletOptions): PodLogs {
  const kubelet: Kubelet = { ...options, store, clock, record: createRecorder(store, clock, 'kubelet'), processes: new Map() };
  let admissions = 0;
  store.watch(({ type, object: pod, previous }) => {
    if (pod.kind === 'Pod' && type === 'DELETED') kubelet.processes.delete(pod.metadata.uid);
    if (pod.kind !== 'Pod' || previous?.kind !== 'Pod' || type !== 'MODIFIED') return;
    if (pod.spec.nodeName !== undefined && previous.spec.nodeName === undefined) {
      const address = `10.1.${Math.floor(admissions / 250) % 250}.${(admissions % 250) + 1}`;
      admissions += 1;
      clock.after(0, () => admit(kubelet, pod, address));
    }
    const { deletionTimestamp } = pod.metadata;
    if (deletionTimestamp !== undefined && previous.metadata.deletionTimestamp === undefined) stopPod(kubelet, pod);
  });
  return ({ metadata }) => kubelet.processes.get(metadata.uid)?.log() ?? null;
}

function stopPod({ store, clock, times, processes }: Kubelet, pod: Pod): void {
  const { namespace, name, uid } = pod.metadata;
  const process = processes.get(uid);
  const remove = (): void => void clock.after(times.stop, () => store.remove('Pod', namespace, name));
  if (process === undefined) return remove();
  endProcess(clock, process, pod);
  void process.ended.then(remove);
}

function admit(kubelet: Kubelet, pod: Pod, address: string): void {
  const { store, clock } = kubelet;
  if (live(store, pod) === null) return;
  store.update('Pod', pod.metadata.namespace, pod.metadata.name, (each) => ({ ...each, status: admitted(each, address, clock.now()) }));
  runInitContainers(kubelet, pod, pod.spec.initContainers ?? [], () => startContainers(kubelet, pod));
}

/** All containers at once. */
function startContainers(kubelet: Kubelet, pod: Pod): void {
  for (const container of pod.spec.containers) {
    const host = hostOf(kubelet, pod, container);
    pullImage(host, (imageId) => startContainer(host, imageId));
  }
}

/** One after another, each to its end: one that fails is started again, and what comes after it waits. */
function runInitContainers(kubelet: Kubelet, pod: Pod, [first, ...rest]: readonly Container[], then: () => void): void {
  if (first === undefined) {
    then();
    return;
  }
  const host: ContainerHost = { ...initHostOf(kubelet, pod, first), completed: () => runInitContainers(kubelet, pod, rest, then) };
  pullImage(host, (imageId) => startContainer(host, imageId));
}

/** The pod while it lives under this uid and is not being deleted. */
function live(store: Store, { metadata: { namespace, name, uid } }: Pod): Pod | null {
  const pod = store.get('Pod', namespace, name);
  return pod?.metadata.uid === uid && pod.metadata.deletionTimestamp === undefined ? pod : null;
}

function hostOf(kubelet: Kubelet, pod: Pod, container: Container): ContainerHost {
  const { store, clock, runtime, processes, faultOf } = kubelet;
  const isFirst = container === pod.spec.containers[0];
  const common = commonHostOf(kubelet, pod, container, 'containers');
  const host: ContainerHost = { ...common, fault: () => (isFirst ? faultOf(common.pod()) : undefined) };
  const isProcess = isFirst && runtime !== undefined && pod.metadata.annotations?.[RUN] !== undefined;
  return isProcess ? { ...host, program: programOf({ store, clock, runtime, processes }, host) } : host;
}

/** It only seems to run, also in a pod whose first container is a process. */
function initHostOf(kubelet: Kubelet, pod: Pod, container: Container): ContainerHost {
  const isFirst = container === pod.spec.initContainers?.[0];
  const common = commonHostOf(kubelet, pod, container, 'initContainers');
  return { ...common, fault: () => (isFirst && kubelet.faultOf(common.pod()) === 'bad-init' ? 'bad-init' : undefined) };
}

function commonHostOf({ store, clock, record, times }: Kubelet, pod: Pod, container: Container, list: 'containers' | 'initContainers'): Omit<ContainerHost, 'fault'> {
  const { namespace, name } = pod.metadata;
  const current = () => live(store, pod) ?? pod;
  const status = () => containerStatus(current().status, container.name) ?? creating(container);
  return {
    container, times, status,
    now: () => clock.now(),
    after: (ms, run) => void clock.after(ms, () => live(store, pod) !== null && run()),
    pod: current,
    set: (change) => void store.update('Pod', namespace, name, (each) => ({ ...each, status: withContainer(each.status, { ...status(), ...change }, clock.now()) })),
    record: (occurrence) => record(pod, { ...occurrence, fieldPath: `spec.${list}{${container.name}}` }),
  };
}
