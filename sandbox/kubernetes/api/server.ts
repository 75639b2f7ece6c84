import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { ServerCertificate } from '../../tls.ts';
import type { Clock } from '../clock.ts';
import type { PodLogs } from '../kubelet/kubelet.ts';
import type { KubernetesObject } from '../objects.ts';
import { apiVersionOf, RESOURCES } from '../resources.ts';
import type { Authorize, User } from '../rbac.ts';
import type { Store } from '../store.ts';
import { DISCOVERY } from './discovery.ts';
import { type ApiRequest, attributesOf, isWatch, readRequest, selectionOf, servedResource, type Target } from './request.ts';
import { badRequest, forbidden, methodNotAllowed, notServed, objectNotFound, StatusError, unauthorized } from './status.ts';
import { isPodLog, servePodLog } from './pod-log.ts';
import { asTable, wantsTable } from './table.ts';
import { serveWatch } from './watch.ts';

export type ApiOptions = {
  readonly store: Store;
  readonly clock: Clock;
  readonly logs: PodLogs;
  readonly certificate: ServerCertificate;
  /** Who a bearer token belongs to; null for a token that is not valid. */
  readonly authenticate: (token: string) => Promise<User | null>;
  readonly authorize: Authorize;
};

/** The API server, not yet listening. It is read-only: what changes the cluster does so in process. */
export function createApiServer(options: ApiOptions): Server {
  const { certPem: cert, keyPem: key } = options.certificate;
  return createServer({ cert, key }, (request, response) => {
    serve(request, response, options).catch((error: unknown) => {
      if (response.headersSent) {
        response.destroy();
        return;
      }
      const { status } = error instanceof StatusError ? error : new StatusError(500, 'InternalError', `Internal error occurred: ${String(error)}`);
      answer(response, status.code, status);
    });
  });
}

/** In the real server's order: who asks, whether they may, and only then whether there is such a thing. */
async function serve(message: IncomingMessage, response: ServerResponse, options: ApiOptions): Promise<void> {
  const request = readRequest(message.method ?? 'GET', new URL(message.url ?? '/', 'https://127.0.0.1'));
  const user = await authenticated(message, options);
  const attributes = attributesOf(request);
  if (!options.authorize(user, attributes)) throw forbidden(user, attributes);
  if (request.target !== null) serveObjects(request, request.target, message, response, options);
  else serveDocument(request, response);
}

async function authenticated({ headers }: IncomingMessage, { authenticate }: ApiOptions): Promise<User> {
  const [, token] = /^Bearer (\S+)$/i.exec(headers.authorization ?? '') ?? [];
  const user = token === undefined ? null : await authenticate(token);
  if (user === null) throw unauthorized();
  return { ...user, groups: [...user.groups, 'system:authenticated'] };
}

function serveDocument({ method, path }: ApiRequest, response: ServerResponse): void {
  const document = DISCOVERY[path];
  if (document === undefined) throw notServed(method, path);
  if (method !== 'GET') throw methodNotAllowed(method, path);
  answer(response, 200, document);
}

function serveObjects(request: ApiRequest, target: Target, message: IncomingMessage, response: ServerResponse, { store, clock, logs }: ApiOptions): void {
  const { method, path, query } = request;
  const { namespace, name } = target;
  // Not for documents: of a refusal there kubectl shows only that there was one.
  if (Object.keys(message.headers).some((header) => header.startsWith('impersonate-'))) throw badRequest('the sandbox does not let one user act as another (kubectl --as)');
  if (target.group === '' && target.plural === 'namespaces' && name !== null && method === 'GET') {
    answer(response, 200, namespaceOf(store, name));
    return;
  }
  if (isPodLog(target) && method === 'GET') {
    servePodLog(response, request, target, { store, logs });
    return;
  }
  const resource = servedResource(target);
  if (resource === undefined || target.subresource !== null) throw notServed(method, path);
  if (method !== 'GET') throw methodNotAllowed(method, path);
  const table = (objects: readonly KubernetesObject[]) => asTable(resource, objects, store, clock.now(), query.get('includeObject') === 'Object');
  if (name !== null) {
    if (namespace === null) throw notServed(method, path);
    const object = store.get(resource.kind, namespace, name);
    if (object === null) throw objectNotFound(resource.group, resource.plural, name);
    answer(response, 200, wantsTable(message) ? table([object]) : object);
    return;
  }
  const matches = selectionOf(request, resource, namespace);
  if (isWatch(query)) {
    serveWatch(response, request, resource, matches, (object) => (wantsTable(message) ? table([object]) : object), { store, clock });
    return;
  }
  const objects = store.list(resource.kind, namespace ?? undefined).filter(matches);
  if (wantsTable(message)) {
    answer(response, 200, table(objects));
    return;
  }
  // Items of a list don't repeat their kind, as in the real server's lists.
  const items = objects.map(({ kind: _kind, apiVersion: _apiVersion, ...item }) => item);
  answer(response, 200, { kind: `${resource.kind}List`, apiVersion: apiVersionOf(resource.group), metadata: { resourceVersion: String(store.resourceVersion()) }, items });
}

/** kubectl asks for the namespace of what it does not find, and says that there is no such object only if there is such a namespace. */
function namespaceOf(store: Store, name: string) {
  if (!RESOURCES.some(({ kind }) => store.list(kind, name).length > 0)) throw objectNotFound('', 'namespaces', name);
  return { kind: 'Namespace', apiVersion: 'v1', metadata: { name }, status: { phase: 'Active' } };
}

function answer(response: ServerResponse, code: number, body: unknown): void {
  response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
