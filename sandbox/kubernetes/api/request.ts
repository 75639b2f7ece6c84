import { qualifiedName, type Resource, RESOURCES } from '../resources.ts';
import type { Attributes } from '../rbac.ts';
import { matchesFields, matchesLabels, parseFieldSelector, parseLabelSelector, SelectorError } from '../selectors.ts';
import type { KubernetesObject } from '../objects.ts';
import { badRequest } from './status.ts';

/** What a request is about, by its method and path alone. Source: kubernetes apiserver pkg/endpoints/request, RequestInfo. */
export type ApiRequest = { readonly method: string; readonly path: string; readonly query: URLSearchParams; readonly target: Target | null };

/** A path under a group and version. */
export type Target = { readonly group: string; readonly version: string; readonly namespace: string | null; readonly plural: string; readonly name: string | null; readonly subresource: string | null };

export function readRequest(method: string, url: URL): ApiRequest {
  return { method, path: url.pathname, query: url.searchParams, target: targetOf(url.pathname) };
}

function targetOf(path: string): Target | null {
  const [, group = '', version, rest] = /^\/(?:api|apis\/([^/]+))\/([^/]+)\/(.+)$/.exec(path) ?? [];
  if (version === undefined || rest === undefined) return null;
  const segments = rest.split('/').map(decodeURIComponent);
  const namespace = segments[0] === 'namespaces' && segments.length > 2 ? segments[1] : undefined;
  const [plural = '', name = null, ...sub] = namespace === undefined ? segments : segments.slice(2);
  return { group, version, namespace: namespace ?? null, plural, name, subresource: sub.length === 0 ? null : sub.join('/') };
}

const VERBS: Readonly<Record<string, string>> = { POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete', HEAD: 'get', GET: 'get' };

/** What RBAC decides on. A list of one object, by field selector, is about that name. */
export function attributesOf({ method, path, query, target }: ApiRequest): Attributes {
  const verb = VERBS[method] ?? method.toLowerCase();
  if (target === null) return { verb, path };
  const { group, namespace, plural, subresource } = target;
  const [, selected = null] = /(?:^|,)metadata\.name==?([^,]+)/.exec(query.get('fieldSelector') ?? '') ?? [];
  const resource = subresource === null ? plural : `${plural}/${subresource}`;
  if (target.name !== null || method !== 'GET') {
    return { verb: verb === 'delete' && target.name === null ? 'deletecollection' : verb, group, resource, namespace, name: target.name };
  }
  return { verb: isWatch(query) ? 'watch' : 'list', group, resource, namespace, name: selected };
}

export function isWatch(query: URLSearchParams): boolean {
  return ['true', '1'].includes(query.get('watch') ?? '');
}

export function servedResource({ group, version, plural }: Target): Resource | undefined {
  return RESOURCES.find((resource) => version === 'v1' && resource.group === group && resource.plural === plural);
}

/**
 * List options that are understood. `limit` is: "Servers may choose not to support the limit argument and will return all of the
 * available results" (ListOptions); `continue` is never handed out, so never accepted.
 */
const OPTIONS = new Set(['labelSelector', 'fieldSelector', 'resourceVersion', 'resourceVersionMatch', 'limit', 'watch', 'allowWatchBookmarks', 'sendInitialEvents', 'timeoutSeconds', 'timeout', 'pretty', 'includeObject']);

/** Which objects a list or watch is about. @throws StatusError for an option or selector that is not understood */
export function selectionOf({ query }: ApiRequest, resource: Resource, namespace: string | null): (object: KubernetesObject) => boolean {
  const unknown = [...query.keys()].find((key) => !OPTIONS.has(key));
  if (unknown !== undefined) throw badRequest(`the sandbox does not know the option "${unknown}" of ${qualifiedName(resource.group, resource.plural)}`);
  if (query.get('resourceVersionMatch') === 'Exact') throw badRequest('the sandbox does not serve resourceVersionMatch "Exact"; ask for NotOlderThan');
  try {
    const labels = parseLabelSelector(query.get('labelSelector') ?? '');
    const fields = parseFieldSelector(query.get('fieldSelector') ?? '', resource.kind);
    return (object) =>
      object.kind === resource.kind && (namespace === null || object.metadata.namespace === namespace) && matchesLabels(labels, object.metadata.labels) && matchesFields(fields, object);
  } catch (error) {
    throw error instanceof SelectorError ? badRequest(error.message) : error;
  }
}

/** A numeric option; null when it is absent or empty. @throws StatusError when it is no number */
export function numberOption({ query }: ApiRequest, name: string): number | null {
  const text = query.get(name) ?? '';
  if (!/^\d*$/.test(text)) throw badRequest(`${name}: Invalid value: "${text}": must be a number`);
  return text === '' ? null : Number(text);
}
