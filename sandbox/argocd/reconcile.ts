import { setTimeout as delay } from 'node:timers/promises';
import { type Application, type ApplicationStatus, type Operation, wholeSeconds } from './application-store.ts';
import { decideAutoSync } from './auto-sync.ts';
import type { ClusterAccess } from './cluster-access.ts';
import { compare, concerns, managedObjects } from './comparison.ts';
import { healthOf, worstHealth } from './health.ts';
import { ConditionError, loadTarget, type TargetState } from './target-state.ts';
import type { World } from './world.ts';

export type LiveObjectChanged = Parameters<ClusterAccess['onChange']>[0];

export type Reconciler = {
  /** Compares with the fresh head of the branch, and starts the auto-sync that this calls for; then it returns. */
  readonly refresh: (name: string) => Promise<void>;
  /** Compares the Applications that the change concerns with what was rendered for them last. */
  readonly liveObjectChanged: LiveObjectChanged;
};

type Level = 'latest' | 'recent';

/** Compares Applications one at a time each, as the controller's queue does. */
export function createReconciler(world: World, startOperation: (name: string, operation: Operation) => void, onFailure: (error: unknown) => void): Reconciler {
  const queues = new Map<string, Promise<void>>();
  const target = createTargets(world);
  const recheck = createTimers(world, (name) => enqueue(name, 'recent').catch((error: unknown) => world.stopping.aborted || onFailure(error)));

  function enqueue(name: string, level: Level): Promise<void> {
    const before = queues.get(name) ?? Promise.resolve();
    const done = before.then(() => reconcile(name, level));
    queues.set(name, done.catch(() => undefined)); // whoever awaits `done` hears of it
    return done;
  }

  async function reconcile(name: string, level: Level): Promise<void> {
    const application = world.store.get(name);
    if (application === undefined) return;
    try {
      const [wanted] = await Promise.all([target(application, level), level === 'latest' ? delay(world.delays.refresh, undefined, { signal: world.stopping }) : null]);
      const compared = world.store.updateStatus(name, (status) => comparedStatus(world, application, status, wanted, level));
      // What was rendered last may be older than what was synced since: only a fresh head starts a sync of another revision.
      if (level === 'latest' || compared.status.operationState?.syncResult?.revision === wanted.revision) autoSync(compared, wanted.revision);
    } catch (error) {
      if (world.store.get(name) === undefined) return; // deleted meanwhile
      if (!(error instanceof ConditionError)) throw error;
      world.store.updateStatus(name, (status) => failedStatus(world, application, status, error));
    }
  }

  function autoSync(application: Application, revision: string): void {
    const { name } = application.metadata;
    const decision = decideAutoSync(world, application, revision);
    if (decision.decision === 'sync') startOperation(name, decision.operation);
    if (decision.decision === 'failed-before') setCondition(world, name, 'SyncError', decision.message);
    if (decision.decision === 'later') recheck(name, 'self-heal', decision.after);
  }

  return {
    refresh: (name) => enqueue(name, 'latest'),
    liveObjectChanged(object) {
      const concerned = world.store.all().filter((application) => concerns(object, application));
      for (const { metadata } of concerned) recheck(metadata.name, 'change', world.delays.liveChange);
    },
  };
}

/** What each Application wants: rendered from the fresh head, or as it was rendered last. */
function createTargets(world: World): (application: Application, level: Level) => Promise<TargetState> {
  const targets = new Map<string, TargetState>();
  return async (application, level) => {
    const { name } = application.metadata;
    const known = level === 'recent' ? targets.get(name) : undefined;
    if (known !== undefined) return known;
    targets.delete(name);
    const target = await loadTarget(world, application);
    targets.set(name, target);
    return target;
  };
}

/** Calls back after a while; further requests for the same reason meanwhile are the same one. */
function createTimers(world: World, callback: (name: string) => unknown): (name: string, reason: 'change' | 'self-heal', after: number) => void {
  const pending = new Set<string>();
  return (name, reason, after) => {
    const key = `${name} ${reason}`;
    if (pending.has(key)) return;
    pending.add(key);
    const timer = setTimeout(() => {
      pending.delete(key);
      if (!world.stopping.aborted) callback(name);
    }, after);
    timer.unref();
  };
}

/** While an operation runs, a live change moves the health alone: what is Synced is told by the refresh after the operation. */
function comparedStatus(world: World, application: Application, before: ApplicationStatus, { revision, objects }: TargetState, level: Level): Partial<ApplicationStatus> {
  const resources = compare(world.cluster, application, objects);
  const health = changedHealth(world, before, worstHealth(resources.map((resource) => resource.health)));
  const running = world.store.get(application.metadata.name)?.operation !== undefined;
  if (level === 'recent' && running) return { health };
  const status = resources.every((resource) => resource.status === 'Synced') ? 'Synced' : 'OutOfSync';
  const reconciled = level === 'latest' ? { reconciledAt: wholeSeconds(world.now()), conditions: [] } : {};
  return { sync: { status, revision }, health, resources, sourceType: 'Helm', ...reconciled };
}

function failedStatus(world: World, application: Application, before: ApplicationStatus, { type, message }: ConditionError): Partial<ApplicationStatus> {
  const health = type === 'InvalidSpecError' ? { status: 'Unknown' as const } : worstHealth(managedObjects(world.cluster, application).map(healthOf));
  const now = wholeSeconds(world.now());
  return { sync: { status: 'Unknown' }, health: changedHealth(world, before, health), conditions: [{ type, message, lastTransitionTime: now }], reconciledAt: now };
}

function changedHealth(world: World, before: ApplicationStatus, health: ApplicationStatus['health']): ApplicationStatus['health'] {
  return health.status === before.health.status ? before.health : { ...health, lastTransitionTime: wholeSeconds(world.now()) };
}

function setCondition(world: World, name: string, type: string, message: string): void {
  world.store.updateStatus(name, ({ conditions = [] }) => {
    if (conditions.some((condition) => condition.type === type && condition.message === message)) return {};
    return { conditions: [...conditions.filter((condition) => condition.type !== type), { type, message, lastTransitionTime: wholeSeconds(world.now()) }] };
  });
}
