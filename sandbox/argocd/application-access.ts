import { ApiError } from './api-error.ts';
import { type Application, wholeSeconds } from './application-store.ts';
import { isAllowed } from './project-policy.ts';
import type { Claims } from './session.ts';
import type { World } from './world.ts';

/** How a request names an Application. An empty member counts as not given. */
export type ApplicationName = { readonly name: string; readonly project?: string | undefined; readonly appNamespace?: string | undefined };

/**
 * The Application, if the caller may do `action` on it. Who may not see it cannot tell it from one that does not exist: 403 without a
 * project, and 404 with one only where the caller has the right in that project (server/application/application.go, getAppEnforceRBAC).
 */
export function accessApplication(world: World, claims: Claims, action: string, { name, project = '', appNamespace = '' }: ApplicationName): Application {
  const denied = new ApiError('PermissionDenied', 'permission denied');
  const missing = project === '' ? denied : new ApiError('NotFound', `applications.argoproj.io "${name}" not found`);
  const allowed = (inProject: string) => isAllowed(world.projects.values(), claims.sub, 'applications', action, `${inProject}/${name}`);
  if (project !== '' && !allowed(project)) throw denied;
  const application = ['', 'argocd'].includes(appNamespace) ? world.store.get(name) : undefined;
  if (application === undefined || !allowed(application.spec.project)) throw missing;
  if (project !== '' && application.spec.project !== project) throw missing;
  return application;
}

/** @throws ApiError 403 that names the right, for a caller who may see the Application */
export function requireRight(world: World, claims: Claims, action: string, { metadata, spec }: Application): void {
  const object = `${spec.project}/${metadata.name}`;
  if (isAllowed(world.projects.values(), claims.sub, 'applications', action, object)) return;
  const issuedAt = wholeSeconds(new Date(claims.iat * 1000));
  throw new ApiError('PermissionDenied', `permission denied: applications, ${action}, ${object}, sub: ${claims.sub}, iat: ${issuedAt}`);
}
