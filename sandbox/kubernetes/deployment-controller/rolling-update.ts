import type { Deployment, IntOrPercent, ReplicaSet } from '../objects.ts';

/** How many pods a rolling update may add and take away. Source: kubernetes pkg/controller/deployment/util, ResolveFenceposts. */
export type Bounds = { readonly replicas: number; readonly maxSurge: number; readonly maxUnavailable: number };

export type Resize = { readonly set: ReplicaSet; readonly replicas: number };

export function boundsOf({ spec: { replicas, strategy } }: Deployment): Bounds {
  const maxSurge = resolve(strategy.rollingUpdate.maxSurge, replicas, Math.ceil);
  const maxUnavailable = resolve(strategy.rollingUpdate.maxUnavailable, replicas, Math.floor);
  return { replicas, maxSurge, maxUnavailable: Math.min(maxSurge === 0 && maxUnavailable === 0 ? 1 : maxUnavailable, replicas) };
}

function resolve(value: IntOrPercent, of: number, round: (value: number) => number): number {
  return typeof value === 'number' ? value : round((Number.parseInt(value, 10) * of) / 100);
}

/** Size of the new ReplicaSet now: as large as the surge allows beside the old ones. Source: NewRSNewReplicas. */
export function newSetSize({ replicas, maxSurge }: Bounds, currentSize: number, allSizes: number): number {
  if (currentSize >= replicas) return replicas;
  return currentSize + Math.max(0, Math.min(replicas + maxSurge - allSizes, replicas - currentSize));
}

/**
 * Old ReplicaSets to shrink now: first pods that are not available anyway, then available ones as far as the minimum allows.
 * Source: reconcileOldReplicaSets, cleanupUnhealthyReplicas, scaleDownOldReplicaSetsForRollingUpdate.
 *
 * @param old sorted by age, oldest first
 */
export function shrinkOld({ replicas, maxUnavailable }: Bounds, current: ReplicaSet, old: readonly ReplicaSet[]): readonly Resize[] {
  const minimum = replicas - maxUnavailable;
  const newUnavailable = current.spec.replicas - availableOf(current);
  let spare = totalSize([...old, current]) - minimum - newUnavailable;
  if (spare <= 0) return [];
  const healthier = old.map((set): Resize => {
    const unhealthy = Math.min(Math.max(0, spare), set.spec.replicas - availableOf(set));
    spare -= unhealthy;
    return { set, replicas: set.spec.replicas - unhealthy };
  });
  spare = [...old, current].reduce((sum, set) => sum + availableOf(set), 0) - minimum;
  return healthier
    .map(({ set, replicas: size }): Resize => {
      const fewer = Math.min(size, Math.max(0, spare));
      spare -= fewer;
      return { set, replicas: size - fewer };
    })
    .filter(({ set, replicas: size }) => size !== set.spec.replicas);
}

export function totalSize(sets: readonly ReplicaSet[]): number {
  return sets.reduce((sum, { spec }) => sum + spec.replicas, 0);
}

function availableOf({ status }: ReplicaSet): number {
  return status.availableReplicas ?? 0;
}
