import type { Application, Operation } from './application-store.ts';
import { syncWindows } from './sync-window.ts';
import type { World } from './world.ts';

export type AutoSyncDecision =
  | { readonly decision: 'none' }
  | { readonly decision: 'sync'; readonly operation: Operation }
  /** A failed sync of a revision is not tried again; this is said as a condition. */
  | { readonly decision: 'failed-before'; readonly message: string }
  /** Self-heal waits a while after the last operation. */
  | { readonly decision: 'later'; readonly after: number };

const NONE = { decision: 'none' } as const;

/** What auto-sync does after a comparison with `revision` (controller/appcontroller.go, autoSync). */
export function decideAutoSync(world: World, application: Application, revision: string): AutoSyncDecision {
  const { spec, status, metadata } = application;
  const automated = spec.syncPolicy?.automated;
  const project = world.projects.get(spec.project);
  if (automated === undefined || automated.enabled === false || project === undefined) return NONE;
  if (application.operation !== undefined || metadata.deletionTimestamp !== undefined || status.sync.status !== 'OutOfSync') return NONE;
  const outOfSync = (status.resources ?? []).filter((resource) => resource.status === 'OutOfSync');
  if (automated.prune !== true && outOfSync.every(({ requiresPruning }) => requiresPruning === true)) return NONE;
  if (!syncWindows(project, metadata.name, world.now()).canSync(false)) return NONE;
  const operation: Operation = {
    sync: { revision, ...(automated.prune === true ? { prune: true } : {}) },
    initiatedBy: { automated: true },
    retry: spec.syncPolicy?.retry ?? {},
  };
  if (status.operationState?.syncResult?.revision !== revision) return { decision: 'sync', operation };
  return decideSelfHeal(world, application, operation, outOfSync);
}

/** This revision has been synced before: only live objects that were changed since are mended, and those alone. */
function decideSelfHeal(world: World, { spec, status }: Application, operation: Operation, outOfSync: NonNullable<Operation['sync']['resources']>): AutoSyncDecision {
  const last = status.operationState;
  if (last === undefined) return NONE;
  if (last.phase === 'Failed' || last.phase === 'Error') {
    return { decision: 'failed-before', message: `Failed last sync attempt to [${operation.sync.revision}]: ${last.message ?? ''}` };
  }
  if (spec.syncPolicy?.automated?.selfHeal !== true) return NONE;
  const after = Date.parse(last.finishedAt ?? last.startedAt) + world.delays.selfHeal - world.now().getTime();
  if (after > 0) return { decision: 'later', after };
  const resources = outOfSync.map(({ group, kind, namespace, name }) => ({ ...(group === undefined ? {} : { group }), kind, namespace, name }));
  const autoHealAttemptsCount = (last.operation.sync.autoHealAttemptsCount ?? 0) + 1;
  return { decision: 'sync', operation: { ...operation, sync: { ...operation.sync, resources, autoHealAttemptsCount } } };
}
