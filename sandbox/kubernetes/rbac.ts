import { z } from 'zod';

export type User = { readonly username: string; readonly groups: readonly string[] };

/** What a request wants: a verb on a resource, or on a path that is no resource. */
export type Attributes =
  | { readonly verb: string; readonly group: string; readonly resource: string; readonly namespace: string | null; readonly name: string | null }
  | { readonly verb: string; readonly path: string };

export type Authorize = (user: User, attributes: Attributes) => boolean;

const names = z.array(z.string()).default([]);
const Rule = z.strictObject({ verbs: names, apiGroups: names, resources: names, resourceNames: names, nonResourceURLs: names });
const Subject = z.object({ kind: z.enum(['User', 'Group', 'ServiceAccount']), name: z.string(), namespace: z.string().optional() });
const RoleRef = z.object({ kind: z.enum(['Role', 'ClusterRole']), name: z.string() });
const metadata = z.looseObject({ name: z.string() });
const namespaced = z.looseObject({ name: z.string(), namespace: z.string() });
const apiVersion = z.literal('rbac.authorization.k8s.io/v1');
const RbacObject = z.discriminatedUnion('kind', [
  z.strictObject({ apiVersion, kind: z.literal('Role'), metadata: namespaced, rules: z.array(Rule) }),
  z.strictObject({ apiVersion, kind: z.literal('ClusterRole'), metadata, rules: z.array(Rule) }),
  z.strictObject({ apiVersion, kind: z.literal('RoleBinding'), metadata: namespaced, subjects: z.array(Subject).default([]), roleRef: RoleRef }),
  z.strictObject({ apiVersion, kind: z.literal('ClusterRoleBinding'), metadata, subjects: z.array(Subject).default([]), roleRef: RoleRef }),
]);
type RbacObject = z.infer<typeof RbacObject>;
type Rule = z.infer<typeof Rule>;

/** What every cluster has from its start: whoever is authenticated may read the API's discovery documents. */
const BOOTSTRAP: readonly unknown[] = [
  {
    apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: 'system:discovery' },
    rules: [{ verbs: ['get'], nonResourceURLs: ['/api', '/api/*', '/apis', '/apis/*', '/openapi', '/openapi/*', '/version'] }],
  },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding', metadata: { name: 'system:discovery' },
    subjects: [{ kind: 'Group', name: 'system:authenticated' }], roleRef: { kind: 'ClusterRole', name: 'system:discovery' },
  },
];

/** Decides by Role, ClusterRole, RoleBinding and ClusterRoleBinding objects, as read from YAML. @throws ZodError for any other object */
export function createAuthorizer(rbacObjects: readonly unknown[]): Authorize {
  const objects = [...BOOTSTRAP, ...rbacObjects].map((object) => RbacObject.parse(object));
  return (user, attributes) => user.groups.includes('system:masters') || objects.some((object) => grants(object, objects, user, attributes));
}

function grants(binding: RbacObject, objects: readonly RbacObject[], user: User, attributes: Attributes): boolean {
  if (binding.kind !== 'RoleBinding' && binding.kind !== 'ClusterRoleBinding') return false;
  const inNamespace = binding.kind === 'ClusterRoleBinding' || ('namespace' in attributes && attributes.namespace === binding.metadata.namespace);
  return inNamespace && binding.subjects.some((subject) => isSubject(user, subject)) && rulesOf(binding, objects).some((rule) => allows(rule, attributes));
}

function rulesOf(binding: Extract<RbacObject, { roleRef: unknown }>, objects: readonly RbacObject[]): readonly Rule[] {
  const { kind, name } = binding.roleRef;
  return objects.flatMap((role) => {
    if (!('rules' in role) || role.kind !== kind || role.metadata.name !== name) return [];
    return role.kind === 'ClusterRole' || role.metadata.namespace === binding.metadata['namespace'] ? role.rules : [];
  });
}

function isSubject(user: User, { kind, name, namespace = '' }: z.infer<typeof Subject>): boolean {
  if (kind === 'Group') return user.groups.includes(name);
  return user.username === (kind === 'User' ? name : `system:serviceaccount:${namespace}:${name}`);
}

function allows(rule: Rule, attributes: Attributes): boolean {
  if (!has(rule.verbs, attributes.verb)) return false;
  if ('path' in attributes) return rule.nonResourceURLs.some((url) => url === attributes.path || (url.endsWith('*') && attributes.path.startsWith(url.slice(0, -1))));
  const named = rule.resourceNames.length === 0 || (attributes.name !== null && rule.resourceNames.includes(attributes.name));
  return named && has(rule.apiGroups, attributes.group) && has(rule.resources, attributes.resource);
}

function has(allowed: readonly string[], wanted: string): boolean {
  return allowed.includes('*') || allowed.includes(wanted);
}
