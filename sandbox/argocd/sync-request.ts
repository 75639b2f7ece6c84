import { z } from 'zod';
import { ApiError } from './api-error.ts';
import { accessApplication, requireRight } from './application-access.ts';
import type { Application, Operation } from './application-store.ts';
import { syncWindows } from './sync-window.ts';
import type { Claims } from './session.ts';
import type { World } from './world.ts';

/** Members of the body that the real one acts on and the stand-in does not. Members that neither knows are ignored by both. */
const NOT_SIMULATED = ['dryRun', 'strategy', 'resources', 'manifests', 'syncOptions', 'retryStrategy', 'revisions', 'sourcePositions'];

const syncBody = z.looseObject({
  project: z.optional(z.string()),
  appNamespace: z.optional(z.string()),
  revision: z.optional(z.string()),
  prune: z.optional(z.boolean()),
  infos: z.optional(z.array(z.object({ name: z.string(), value: z.string() }))),
});

/** What POST …/sync asks for, checked in the order of the real one. @throws ApiError with its codes and texts */
export async function syncOperation(world: World, claims: Claims, name: string, body: unknown): Promise<{ application: Application; operation: Operation }> {
  const parsed = syncBody.safeParse(body ?? {});
  if (!parsed.success) throw new ApiError('InvalidArgument', `json: cannot unmarshal ${parsed.error.issues[0]?.path.join('.')}`);
  const unknown = NOT_SIMULATED.find((member) => member in parsed.data);
  if (unknown !== undefined) throw new ApiError('Unimplemented', `the sandbox's Argo CD does not simulate "${unknown}" of a sync request`);
  const { revision = '', prune, infos, ...where } = parsed.data;
  const application = accessApplication(world, claims, 'get', { name, project: where.project, appNamespace: where.appNamespace });
  const project = world.projects.get(application.spec.project);
  if (project !== undefined && !syncWindows(project, name, world.now()).canSync(true)) throw new ApiError('PermissionDenied', 'cannot sync: blocked by sync window');
  requireRight(world, claims, 'sync', application);
  if (application.metadata.deletionTimestamp !== undefined) throw new ApiError('FailedPrecondition', 'application is deleting');
  const resolved = await resolveRevision(world, application, revision);
  const sync = { revision: resolved, ...(prune === true ? { prune } : {}) };
  return { application, operation: { sync, initiatedBy: { username: claims.sub }, ...(infos === undefined ? {} : { info: infos }), retry: application.spec.syncPolicy?.retry ?? {} } };
}

async function resolveRevision(world: World, { spec }: Application, revision: string): Promise<string> {
  const { repoURL, targetRevision } = spec.source;
  const automated = spec.syncPolicy?.automated;
  if (automated !== undefined && automated.enabled !== false && revision !== '' && revision !== targetRevision) {
    throw new ApiError('FailedPrecondition', `Cannot sync to ${revision}: auto-sync currently set to ${targetRevision}`);
  }
  const wanted = revision === '' ? targetRevision : revision;
  if (/^[0-9a-f]{40}$/.test(wanted)) return wanted; // believed until the operation fetches it
  const resolved = await world.repositories.get(repoURL)?.resolve(wanted);
  if (resolved) return resolved;
  throw new ApiError('FailedPrecondition', `error resolving repo revision: rpc error: code = Unknown desc = unable to resolve '${wanted}' to a commit SHA`);
}
