import { timestamp } from '../clock.ts';
import type { Container, ContainerStatus, Pod, PodCondition, PodStatus } from '../objects.ts';

export const NODE = { name: 'sandbox-node', ip: '10.0.0.1' };

/** A container that has done nothing yet. */
export function creating({ name, image }: Container): ContainerStatus {
  return { name, state: { waiting: { reason: 'ContainerCreating' } }, lastState: {}, ready: false, restartCount: 0, image, imageID: '', started: false };
}

/** Status of a pod that the scheduler has put on the node. */
export function admitted({ spec, status }: Pod, podIP: string, now: number): PodStatus {
  const statuses = { hostIP: NODE.ip, podIP, podIPs: [{ ip: podIP }], startTime: timestamp(now), containerStatuses: spec.containers.map(creating) };
  return derived({ ...status, ...statuses }, now);
}

export function scheduled({ status }: Pod, now: number): PodStatus {
  return { ...status, conditions: [condition(status, 'PodScheduled', null, now)] };
}

export function unschedulable({ status }: Pod, message: string, now: number): PodStatus {
  return { ...status, conditions: [condition(status, 'PodScheduled', { reason: 'Unschedulable', message }, now)] };
}

/** The status with one container's replaced, and what follows from it: phase and conditions. */
export function withContainer(status: PodStatus, change: ContainerStatus, now: number): PodStatus {
  const { containerStatuses = [] } = status;
  return derived({ ...status, containerStatuses: containerStatuses.map((each) => (each.name === change.name ? change : each)) }, now);
}

export function containerStatus({ containerStatuses = [] }: PodStatus, name: string): ContainerStatus | undefined {
  return containerStatuses.find((each) => each.name === name);
}

/** Source: kubernetes pkg/kubelet, getPhase and status.GenerateContainersReadyCondition: Pending until every container has run once. */
function derived(status: PodStatus, now: number): PodStatus {
  const { containerStatuses = [] } = status;
  const neverRan = containerStatuses.some(({ state, lastState }) => state.waiting !== undefined && lastState.terminated === undefined);
  const unready = containerStatuses.filter(({ ready }) => !ready).map(({ name }) => name);
  const notReady = unready.length === 0 ? null : { reason: 'ContainersNotReady', message: `containers with unready status: [${unready.join(' ')}]` };
  return {
    ...status,
    phase: neverRan ? 'Pending' : 'Running',
    conditions: [
      condition(status, 'PodReadyToStartContainers', null, now),
      condition(status, 'Initialized', null, now),
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
