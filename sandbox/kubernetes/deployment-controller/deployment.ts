import type { Clock } from '../clock.ts';
import type { RecordEvent } from '../events.ts';
import { type Deployment, type DeploymentStatus, type DraftMeta, isOwnedBy, type ReplicaSet } from '../objects.ts';
import type { Store } from '../store.ts';
import { countedStatus, deadlineOf, isComplete, progressing, withCondition, withProgress, withReplicaFailure } from './deployment-status.ts';
import { annotated, DESIRED, findSet, newSet, REVISION, revisionOf } from './revisions.ts';
import { boundsOf, newSetSize, type Resize, shrinkOld, totalSize } from './rolling-update.ts';

/** Why the API server refuses a new pod, as a quota or an admission webhook makes it; nothing lets it in. */
export type RefusalOf = (pod: { readonly metadata: DraftMeta }) => string | undefined;

export type Controller = { readonly store: Store; readonly clock: Clock; readonly record: RecordEvent; readonly refusalOf: RefusalOf };

type Rollout = { readonly deployment: Deployment; readonly current: ReplicaSet | null; readonly old: readonly ReplicaSet[] };

/**
 * One look at a Deployment and one move towards it. Source: kubernetes pkg/controller/deployment, syncDeployment.
 *
 * @returns when to look again though nothing changed, in epoch milliseconds; Infinity for never
 */
export function syncDeployment(controller: Controller, namespace: string, name: string): number {
  const { store, clock } = controller;
  const deployment = store.get('Deployment', namespace, name);
  if (deployment === null) return Infinity;
  const before = observe(store, deployment);
  const scaled = scaledSet(before);
  const rolling = scaled === null;
  let status = deployment.status;
  if (rolling) status = { ...status, conditions: ensureCurrent(controller, before, status) };
  const rollout = adoptRevision(controller, rolling ? observe(store, deployment) : before);
  const resized = rolling ? roll(rollout) : [{ set: scaled, replicas: deployment.spec.replicas }];
  for (const each of resized) resize(controller, rollout.deployment, each);

  const after = observe(store, deployment);
  status = countedStatus({ ...deployment, status }, after.current, [...after.old, ...currentOf(after)], clock.now());
  if (rolling && after.current !== null) status = withProgress(deployment, status, after.current, clock.now());
  status = withReplicaFailure(status, after.current, clock.now());
  store.update('Deployment', namespace, name, (live) => ({ ...live, status }));
  if (rolling && isComplete(deployment, status)) removeOldHistory(store, after);
  if (!rolling) return Infinity;
  // One second more than the deadline: conditions carry whole seconds.
  return deadlineOf(deployment, status.conditions?.find(({ type }) => type === 'Progressing')) + 1000;
}

function observe(store: Store, deployment: Deployment): Rollout {
  const sets = store.list('ReplicaSet', deployment.metadata.namespace).filter((set) => isOwnedBy(set, deployment));
  const oldestFirst = [...sets].sort((a, b) => revisionOf(a) - revisionOf(b));
  const current = findSet(deployment, oldestFirst);
  return { deployment, current, old: oldestFirst.filter((set) => set !== current) };
}

function currentOf({ current }: Rollout): readonly ReplicaSet[] {
  return current === null ? [] : [current];
}

/**
 * The one set with pods, when `spec.replicas` differs from what it was sized for: it is scaled before a rollout goes on. In the middle
 * of a rollout the new set alone grows or shrinks to the new size: the real controller spreads the change over old and new.
 */
function scaledSet({ deployment, old, current }: Rollout): ReplicaSet | null {
  const [only, ...others] = [...old, ...(current === null ? [] : [current])].filter(({ spec }) => spec.replicas > 0);
  const desired = only?.metadata.annotations?.[DESIRED];
  return only !== undefined && others.length === 0 && desired !== undefined && Number(desired) !== deployment.spec.replicas ? only : null;
}

/** Conditions with the creation of a set for a template that has none yet. */
function ensureCurrent({ store, clock, record }: Controller, { deployment, current, old }: Rollout, { conditions }: DeploymentStatus) {
  if (current !== null) return conditions ?? [];
  const bounds = boundsOf(deployment);
  const revision = String(1 + Math.max(0, ...old.map(revisionOf)));
  const draft = annotated(newSet(deployment, newSetSize(bounds, 0, totalSize(old))) as ReplicaSet, { [REVISION]: revision, ...sizing(deployment) });
  const created = store.create('ReplicaSet', draft);
  if (created.spec.replicas > 0) recordScaling(record, deployment, created, 0);
  return withCondition(conditions, progressing('True', 'NewReplicaSetCreated', `Created new replica set "${created.metadata.name}"`), clock.now());
}

/** The current set gets the highest revision, also when it is an old one brought back; the Deployment shows it. */
function adoptRevision({ store }: Controller, rollout: Rollout): Rollout {
  const { deployment, current, old } = rollout;
  if (current === null) return rollout;
  const { namespace } = deployment.metadata;
  const revision = String(Math.max(revisionOf(current), 1 + Math.max(0, ...old.map(revisionOf))));
  const adopted = store.update('ReplicaSet', namespace, current.metadata.name, (set) => annotated(set, { [REVISION]: revision }));
  const shown = store.update('Deployment', namespace, deployment.metadata.name, (live) => annotated(live, { [REVISION]: revision }));
  return { deployment: shown ?? deployment, current: adopted ?? current, old };
}

/** One move of a rolling update: grow the new set, or else shrink old ones. */
function roll({ deployment, current, old }: Rollout): readonly Resize[] {
  if (current === null) return [];
  const bounds = boundsOf(deployment);
  const replicas = newSetSize(bounds, current.spec.replicas, totalSize([...old, current]));
  return replicas === current.spec.replicas ? shrinkOld(bounds, current, old) : [{ set: current, replicas }];
}

function sizing(deployment: Deployment) {
  return { [DESIRED]: String(deployment.spec.replicas) };
}

function resize({ store, record }: Controller, deployment: Deployment, { set, replicas }: Resize): void {
  const { namespace, name } = set.metadata;
  const resized = store.update('ReplicaSet', namespace, name, (live) => annotated({ ...live, spec: { ...live.spec, replicas } }, sizing(deployment)));
  if (resized !== null && replicas !== set.spec.replicas) recordScaling(record, deployment, resized, set.spec.replicas);
}

function recordScaling(record: RecordEvent, deployment: Deployment, { metadata, spec }: ReplicaSet, from: number): void {
  const direction = spec.replicas > from ? 'up' : 'down';
  record(deployment, { type: 'Normal', reason: 'ScalingReplicaSet', message: `Scaled ${direction} replica set ${metadata.name} from ${from} to ${spec.replicas}` });
}

/** Old sets without pods beyond `revisionHistoryLimit`, oldest first. */
function removeOldHistory(store: Store, { deployment, old }: Rollout): void {
  const excess = Math.max(0, old.length - deployment.spec.revisionHistoryLimit);
  const idle = old.slice(0, excess).filter(({ spec, status }) => spec.replicas === 0 && (status.replicas ?? 0) === 0);
  for (const { metadata } of idle) store.delete('ReplicaSet', metadata.namespace, metadata.name);
}
