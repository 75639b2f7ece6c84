import type { Application, ResourceKey, ResourceResult } from './application-store.ts';
import { groupOf, type KubernetesObject } from './cluster-access.ts';
import { compare, describe, KINDS } from './comparison.ts';
import type { World } from './world.ts';

type Selection = (object: ResourceKey) => boolean;

/** What the project does not permit: then nothing is applied, and no hook runs. */
export function forbiddenObjects(world: World, application: Application, objects: readonly KubernetesObject[], selected: Selection): readonly ResourceResult[] {
  const { destination, project } = application.spec;
  const forbidden = objects.filter((object) => !isPermitted(world, application, object)).map((object) => ({ object, key: describe(object, destination.namespace) }));
  return forbidden.filter(({ key }) => selected(key)).map(({ object, key }) => failed(key, `resource ${groupOf(object)}:${object.kind} is not permitted in project ${project}`));
}

/** Applies the selected objects; `failure` is the message of an operation that this made fail. */
export async function applyObjects(world: World, application: Application, objects: readonly KubernetesObject[], selected: Selection): Promise<{ results: ResourceResult[]; failure: string | null }> {
  const { namespace } = application.spec.destination;
  const tasks = objects.map((object) => ({ object, key: describe(object, namespace) })).filter(({ key }) => selected(key));
  const results: ResourceResult[] = [];
  for (const { object, key } of tasks) {
    try {
      await world.cluster.apply(object);
      results.push({ ...key, status: 'Synced', message: `${key.kind.toLowerCase()}${key.group === undefined ? '' : `.${key.group}`}/${key.name} configured`, hookPhase: 'Running', syncPhase: 'Sync' });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return { results: [...results, failed(key, reason)], failure: `one or more objects failed to apply, reason: ${reason}` };
    }
  }
  return { results, failure: null };
}

/** Removes live objects that are rendered no more, or says that it was not asked to. */
export async function pruneObjects(world: World, application: Application, objects: readonly KubernetesObject[], selected: Selection, prune: boolean): Promise<ResourceResult[]> {
  const extra = compare(world.cluster, application, objects).filter((resource) => resource.requiresPruning === true && selected(resource));
  for (const { kind, namespace, name } of extra) {
    const known = KINDS.find((each) => each === kind);
    if (prune && known !== undefined) await world.cluster.remove(known, namespace, name);
  }
  return extra.map(({ status: _status, health: _health, requiresPruning: _requiresPruning, ...key }) => ({
    ...key,
    ...(prune ? { status: 'Pruned' as const, message: 'pruned' } : { status: 'PruneSkipped' as const, message: 'ignored (requires pruning)' }),
    hookPhase: 'Succeeded',
    syncPhase: 'Sync',
  }));
}

function failed(key: ReturnType<typeof describe>, message: string): ResourceResult {
  return { ...key, status: 'SyncFailed', message, hookPhase: 'Failed', syncPhase: 'Sync' };
}

/** Without a list a project permits every namespaced kind. */
function isPermitted({ projects }: World, { spec }: Application, object: KubernetesObject): boolean {
  const permitted = projects.get(spec.project)?.spec.namespaceResourceWhitelist;
  return permitted === undefined || permitted.some(({ group, kind }) => ['*', groupOf(object)].includes(group) && ['*', object.kind].includes(kind));
}
