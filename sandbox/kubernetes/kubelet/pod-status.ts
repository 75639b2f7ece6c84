import { timestamp } from '../clock.ts';
import type { Container, ContainerStatus, Pod, PodCondition, PodStatus } from '../objects.ts';

export const NODE = { name: 'sandbox-node', ip: '10.0.0.1' };

/** A container that has done nothing yet, of a pod without init containers unless it says otherwise. */
export function creating({ name, image }: Container, reason = 'ContainerCreating'): ContainerStatus {
  return { name, state: { waiting: { reason } }, lastState: {}, ready: false, restartCount: 0, image, imageID: '', started: false };
}

/** Status of a pod that the scheduler has put on the node. */
export function admitted({ spec, status }: Pod, podIP: string, now: number): PodStatus {
  const { containers, initContainers } = spec;
  const addresses = { hostIP: NODE.ip, podIP, podIPs: [{ ip: podIP }], startTime: timestamp(now) };
  const initializing = (container: Container): ContainerStatus => creating(container, 'PodInitializing');
  const statuses =
    initContainers === undefined
      ? { containerStatuses: containers.map((container) => creating(container)) }
      : { initContainerStatuses: initContainers.map(initializing), containerStatuses: containers.map(initializing) };
  return derived({ ...status, ...addresses, ...statuses }, now);
}

export function scheduled({ status }: Pod, now: number): PodStatus {
  return { ...status, conditions: [condition(status, 'PodScheduled', null, now)] };
}

export function unschedulable({ status }: Pod, message: string, now: number): PodStatus {
  return { ...status, conditions: [condition(status, 'PodScheduled', { reason: 'Unschedulable', message }, now)] };
}

/** The status with one container's replaced, and what follows from it: phase and conditions. */
export function withContainer(status: PodStatus, change: ContainerStatus, now: number): PodStatus {
  const { initContainerStatuses, containerStatuses = [] } = status;
  const changed = (statuses: readonly ContainerStatus[]) => statuses.map((each) => (each.name === change.name ? change : each));
  const initialized = initContainerStatuses === undefined ? {} : { initContainerStatuses: changed(initContainerStatuses) };
  return derived({ ...status, ...initialized, containerStatuses: changed(containerStatuses) }, now);
}

/** No two containers of a pod have one name, init containers among them. */
export function containerStatus({ initContainerStatuses = [], containerStatuses = [] }: PodStatus, name: string): ContainerStatus | undefined {
  return [...initContainerStatuses, ...containerStatuses].find((each) => each.name === name);
}

/** Source: kubernetes pkg/kubelet, getPhase and status.GenerateContainersReadyCondition: Pending until every container has run once. */
function derived(status: PodStatus, now: number): PodStatus {
  const { initContainerStatuses = [], containerStatuses = [] } = status;
  const incomplete = initContainerStatuses.filter(({ state }) => state.terminated?.exitCode !== 0).map(({ name }) => name);
  const notInitialized = incomplete.length === 0 ? null : { reason: 'ContainersNotInitialized', message: `containers with incomplete status: [${incomplete.join(' ')}]` };
  const neverRan = containerStatuses.some(({ state, lastState }) => state.waiting !== undefined && lastState.terminated === undefined);
  const unready = containerStatuses.filter(({ ready }) => !ready).map(({ name }) => name);
  const notReady = unready.length === 0 ? null : { reason: 'ContainersNotReady', message: `containers with unready status: [${unready.join(' ')}]` };
  return {
    ...status,
    phase: neverRan ? 'Pending' : 'Running',
    conditions: [
      condition(status, 'PodReadyToStartContainers', null, now),
      condition(status, 'Initialized', notInitialized, now),
      condition(status, 'Ready', notReady, now),
      condition(status, 'ContainersReady', notReady, now),
      condition(status, 'PodScheduled', null, now),
    ],
  };
}

/** True without a problem; keeps its transition time while it stays as it is. */
function condition({ conditions = [] }: PodStatus, type: string, problem: { reason: string; message: string } | null, now: number): PodCondition {
  const status = problem === null ? 'True' : 'False';
  const before = conditions.find((each) => each.type === type);
  const lastTransitionTime = before?.status === status ? before.lastTransitionTime : timestamp(now);
  return { type, status, lastProbeTime: null, lastTransitionTime, ...problem };
}
