import { timestamp } from '../clock.ts';
import type { Deployment, DeploymentCondition, DeploymentStatus, ReplicaSet } from '../objects.ts';
import { boundsOf, totalSize } from './rolling-update.ts';

/** Counts and condition Available. Source: kubernetes pkg/controller/deployment/sync.go, calculateStatus. */
export function countedStatus(deployment: Deployment, current: ReplicaSet | null, all: readonly ReplicaSet[], now: number): DeploymentStatus {
  const sum = (count: 'replicas' | 'readyReplicas' | 'availableReplicas') => all.reduce((total, { status }) => total + (status[count] ?? 0), 0);
  const available = sum('availableReplicas');
  const { replicas, maxUnavailable } = boundsOf(deployment);
  const enough = available >= replicas - maxUnavailable;
  const condition = enough
    ? ({ type: 'Available', status: 'True', reason: 'MinimumReplicasAvailable', message: 'Deployment has minimum availability.' } as const)
    : ({ type: 'Available', status: 'False', reason: 'MinimumReplicasUnavailable', message: 'Deployment does not have minimum availability.' } as const);
  const counts = {
    replicas: sum('replicas'),
    updatedReplicas: current?.status.replicas ?? 0,
    readyReplicas: sum('readyReplicas'),
    availableReplicas: available,
    unavailableReplicas: Math.max(0, totalSize(all) - available),
  };
  const present = Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
  return { observedGeneration: deployment.metadata.generation ?? 0, ...present, conditions: withCondition(deployment.status.conditions, condition, now) };
}

type Verdict = Omit<DeploymentCondition, 'lastUpdateTime' | 'lastTransitionTime'>;

/** Replaces a condition unless status and reason are as before; the transition time changes with the status only. */
export function withCondition(conditions: readonly DeploymentCondition[] = [], verdict: Verdict, now: number): readonly DeploymentCondition[] {
  const before = conditions.find(({ type }) => type === verdict.type);
  if (before?.status === verdict.status && before.reason === verdict.reason) return conditions;
  return replaced(conditions, verdict, before, now);
}

function replaced(conditions: readonly DeploymentCondition[], verdict: Verdict, before: DeploymentCondition | undefined, now: number) {
  const at = timestamp(now);
  const lastTransitionTime = before?.status === verdict.status ? before.lastTransitionTime : at;
  const { type, status, reason, message } = verdict;
  return [...conditions.filter((each) => each.type !== type), { type, status, lastUpdateTime: at, lastTransitionTime, reason, message }];
}

/**
 * Condition Progressing after this look: complete, progressing, or past the deadline since the last progress.
 * Source: kubernetes pkg/controller/deployment/progress.go, syncRolloutStatus.
 */
export function withProgress(deployment: Deployment, status: DeploymentStatus, current: ReplicaSet, now: number): DeploymentStatus {
  const { conditions = [] } = status;
  const before = conditions.find(({ type }) => type === 'Progressing');
  if ((status.replicas ?? 0) === (status.updatedReplicas ?? 0) && before?.reason === 'NewReplicaSetAvailable') return status;
  const name = `ReplicaSet "${current.metadata.name}"`;
  if (isComplete(deployment, status)) {
    return { ...status, conditions: withCondition(conditions, progressing('True', 'NewReplicaSetAvailable', `${name} has successfully progressed.`), now) };
  }
  if (hasProgressed(deployment.status, status)) {
    return { ...status, conditions: replaced(conditions, progressing('True', 'ReplicaSetUpdated', `${name} is progressing.`), before, now) };
  }
  if (deadlineOf(deployment, before) < now) {
    return { ...status, conditions: withCondition(conditions, progressing('False', 'ProgressDeadlineExceeded', `${name} has timed out progressing.`), now) };
  }
  return status;
}

/** The condition of the current set, as long as it has one. Source: kubernetes pkg/controller/deployment/progress.go, getReplicaFailures. */
export function withReplicaFailure(status: DeploymentStatus, current: ReplicaSet | null, now: number): DeploymentStatus {
  const { conditions = [] } = status;
  const failure = current?.status.conditions?.find(({ type }) => type === 'ReplicaFailure');
  if (failure !== undefined) return { ...status, conditions: withCondition(conditions, failure, now) };
  const others = conditions.filter(({ type }) => type !== 'ReplicaFailure');
  return others.length === conditions.length ? status : { ...status, conditions: others };
}

export function progressing(status: DeploymentCondition['status'], reason: string, message: string): Verdict {
  return { type: 'Progressing', status, reason, message };
}

export function isComplete({ spec, metadata }: Deployment, status: DeploymentStatus): boolean {
  const counts = [status.updatedReplicas, status.replicas, status.availableReplicas];
  return counts.every((count = 0) => count === spec.replicas) && (status.observedGeneration ?? 0) >= (metadata.generation ?? 0);
}

function hasProgressed(before: DeploymentStatus, after: DeploymentStatus): boolean {
  const old = ({ replicas = 0, updatedReplicas = 0 }: DeploymentStatus) => replicas - updatedReplicas;
  const grown = (count: 'updatedReplicas' | 'readyReplicas' | 'availableReplicas') => (after[count] ?? 0) > (before[count] ?? 0);
  return grown('updatedReplicas') || grown('readyReplicas') || grown('availableReplicas') || old(after) < old(before);
}

/** When the rollout is given up unless it progresses first; never for one that is complete or that was given up already. */
export function deadlineOf({ spec }: Deployment, condition: DeploymentCondition | undefined): number {
  if (condition === undefined || ['NewReplicaSetAvailable', 'ProgressDeadlineExceeded'].includes(condition.reason)) return Infinity;
  return Date.parse(condition.lastUpdateTime) + spec.progressDeadlineSeconds * 1000;
}
