import { setTimeout as delay } from 'node:timers/promises';
import { type Application, type Operation, type OperationState, type ResourceKey, type ResourceResult, wholeSeconds } from './application-store.ts';
import { applyObjects, forbiddenObjects, pruneObjects } from './apply-objects.ts';
import type { KubernetesObject } from './cluster-access.ts';
import { compare } from './comparison.ts';
import { ConditionError, loadTarget, type TargetState } from './target-state.ts';
import type { SyncHook, World } from './world.ts';

type End = Required<Pick<OperationState, 'phase' | 'message'>>;

/** How many syncs `status.history` remembers. */
const HISTORY_LIMIT = 10;
const UNSUCCESSFUL: End = { phase: 'Failed', message: 'one or more synchronization tasks completed unsuccessfully' };

/** Runs the operation that the Application holds to its end, and writes each step of it to the store. `terminated` ends it early. */
export async function runOperation(world: World, name: string, operation: Operation, terminated: AbortSignal): Promise<void> {
  const startedAt = wholeSeconds(world.now());
  const signal = AbortSignal.any([terminated, world.stopping]);
  const started = world.store.updateStatus(name, () => ({ operationState: { operation, phase: 'Running', message: 'waiting for sync to start', startedAt } }));
  const end = await perform(world, started, operation, signal).catch((error: unknown): End => {
    if (terminated.aborted) return { phase: 'Failed', message: 'Operation terminated' };
    if (error instanceof ConditionError) return { phase: 'Error', message: `${error.type}: ${error.message}` };
    throw error;
  });
  finish(world, name, operation, end);
}

async function perform(world: World, application: Application, { sync }: Operation, signal: AbortSignal): Promise<End> {
  const { name } = application.metadata;
  const selected = (object: ResourceKey) => sync.resources?.some((key) => (key.group ?? '') === (object.group ?? '') && key.kind === object.kind && key.name === object.name) ?? true;
  const hook = sync.resources === undefined ? world.hook(name) : null; // a partial sync runs no hooks
  const [target] = await Promise.all([resolveTarget(world, application, sync.revision, signal), delay(world.delays.operation, undefined, { signal })]);
  const forbidden = forbiddenObjects(world, application, hook === null ? target.objects : [jobOf(hook), ...target.objects], selected);
  report(world, name, forbidden);
  if (forbidden.length > 0) return { phase: 'Failed', message: `one or more synchronization tasks are not valid: ${forbidden.map(({ message }) => message).join('; ')}` };
  if (hook?.phase === 'PreSync' && !(await runHook(world, application, hook, signal))) return UNSUCCESSFUL;
  const { results, failure } = await applyObjects(world, application, target.objects, selected);
  report(world, name, results);
  if (failure !== null) return { phase: 'Failed', message: failure };
  report(world, name, await pruneObjects(world, application, target.objects, selected, sync.prune === true));
  if (hook?.phase === 'PostSync' && !((await becomesHealthy(world, application, target, signal)) && (await runHook(world, application, hook, signal)))) return UNSUCCESSFUL;
  return { phase: 'Succeeded', message: results.length === 0 ? 'successfully synced (no more tasks)' : 'successfully synced (all tasks run)' };
}

/** Shows the revision as soon as it is known. */
async function resolveTarget(world: World, application: Application, revision: string | undefined, signal: AbortSignal): Promise<TargetState> {
  const target = await loadTarget(world, application, revision);
  signal.throwIfAborted();
  progress(world, application.metadata.name, { syncResult: { revision: target.revision, source: application.spec.source, resources: [] } });
  return target;
}

function jobOf({ name }: SyncHook): KubernetesObject {
  return { apiVersion: 'batch/v1', kind: 'Job', metadata: { name } };
}

/** Whether the Job succeeded. One that hangs ends with the operation. */
async function runHook(world: World, { metadata, spec }: Application, hook: SyncHook, signal: AbortSignal): Promise<boolean> {
  const job = { group: 'batch', version: 'v1', kind: 'Job', namespace: spec.destination.namespace, name: hook.name, hookType: hook.phase, syncPhase: hook.phase };
  report(world, metadata.name, [{ ...job, hookPhase: 'Running', message: '' }]);
  progress(world, metadata.name, { message: `waiting for completion of hook batch/Job/${hook.name}` });
  if (hook.outcome === 'hang') await once(signal);
  if (hook.takes !== undefined) await delay(hook.takes, undefined, { signal });
  const ended = hook.outcome === 'succeed' ? { hookPhase: 'Succeeded' as const, message: '' } : { hookPhase: 'Failed' as const, message: 'Job has reached the specified backoff limit' };
  report(world, metadata.name, [{ ...job, ...ended }]);
  return hook.outcome === 'succeed';
}

/** Waits, as Argo CD does between a sync's phases, until the applied objects are Healthy; false when one is Degraded. */
async function becomesHealthy(world: World, application: Application, { objects }: TargetState, signal: AbortSignal): Promise<boolean> {
  const unhealthy = () => compare(world.cluster, application, objects).find(({ health }) => health !== undefined && health.status !== 'Healthy');
  for (let waitsFor = unhealthy(); waitsFor !== undefined; waitsFor = unhealthy()) {
    signal.throwIfAborted();
    if (waitsFor.health?.status === 'Degraded') return false;
    progress(world, application.metadata.name, { message: `waiting for healthy state of ${waitsFor.group ?? ''}/${waitsFor.kind}/${waitsFor.name}` });
    await new Promise<void>((resolve, reject) => {
      const unsubscribe = world.cluster.onChange(() => void (unsubscribe(), resolve()));
      signal.addEventListener('abort', () => void (unsubscribe(), reject(aborted())), { once: true });
    });
  }
  return true;
}

function once(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(aborted()), { once: true }));
}

function aborted(): Error {
  return new Error('The operation was aborted.');
}

function progress(world: World, name: string, change: Partial<OperationState>): void {
  world.store.updateStatus(name, ({ operationState }) => (operationState === undefined ? {} : { operationState: { ...operationState, ...change } }));
}

/** Adds results of resources, each in place of an earlier one of the same resource. */
function report(world: World, name: string, results: readonly ResourceResult[]): void {
  const isSame = (a: ResourceResult, b: ResourceResult) => a.kind === b.kind && a.name === b.name;
  world.store.updateStatus(name, ({ operationState }) => {
    if (operationState?.syncResult === undefined) return {};
    const earlier = operationState.syncResult.resources.filter((resource) => !results.some((result) => isSame(result, resource)));
    return { operationState: { ...operationState, syncResult: { ...operationState.syncResult, resources: [...earlier, ...results] } } };
  });
}

/** A full sync that succeeded enters the history first; phase and operation change together in a second write. */
function finish(world: World, name: string, operation: Operation, end: End): void {
  const finishedAt = wholeSeconds(world.now());
  const { initiatedBy, sync } = operation;
  world.store.updateStatus(name, ({ history = [], operationState: state }) => {
    if (end.phase !== 'Succeeded' || sync.resources !== undefined || state?.syncResult === undefined) return {};
    const { revision, source } = state.syncResult;
    const entry = { id: (history.at(-1)?.id ?? -1) + 1, revision, source, deployStartedAt: state.startedAt, deployedAt: finishedAt, initiatedBy };
    return { history: [...history, entry].slice(-HISTORY_LIMIT) };
  });
  world.store.update(name, ({ operation: _ended, ...application }) => {
    const { operationState } = application.status;
    return operationState === undefined ? application : { ...application, status: { ...application.status, operationState: { ...operationState, ...end, finishedAt } } };
  });
}
