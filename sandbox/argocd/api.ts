import type { IncomingMessage, ServerResponse } from 'node:http';
import { ApiError } from './api-error.ts';
import { accessApplication } from './application-access.ts';
import type { Application } from './application-store.ts';
import { streamApplications } from './application-stream.ts';
import { groupOf, versionOf } from './cluster-access.ts';
import type { Controller } from './controller.ts';
import { isAllowed } from './project-policy.ts';
import { objectsInTree, treeNode } from './resource-tree.ts';
import type { Claims, Sessions } from './session.ts';
import { syncOperation } from './sync-request.ts';
import { syncWindows } from './sync-window.ts';
import type { World } from './world.ts';

export type Api = { readonly world: World; readonly sessions: Sessions; readonly controller: Controller };

type Call = Api & { readonly claims: Claims; readonly params: readonly string[]; readonly query: URLSearchParams; readonly body: unknown };

type Route = { readonly method: 'GET' | 'POST' | 'DELETE'; readonly path: RegExp; readonly answer: (call: Call) => unknown };

const APPLICATION = '/api/v1/applications/([^/]+)';

const ROUTES: readonly Route[] = [
  { method: 'GET', path: /^\/api\/v1\/account\/can-i\/([^/]+)\/([^/]+)\/(.+)$/, answer: canI },
  { method: 'GET', path: new RegExp(`^${APPLICATION}$`), answer: getApplication },
  { method: 'POST', path: new RegExp(`^${APPLICATION}/sync$`), answer: syncApplication },
  { method: 'DELETE', path: new RegExp(`^${APPLICATION}/operation$`), answer: terminateOperation },
  { method: 'GET', path: new RegExp(`^${APPLICATION}/resource-tree$`), answer: (call) => ({ nodes: objectsInTree(call.world.cluster, readable(call)).map(treeNode) }) },
  { method: 'GET', path: new RegExp(`^${APPLICATION}/resource$`), answer: getResource },
  { method: 'GET', path: new RegExp(`^${APPLICATION}/syncwindows$`), answer: getSyncWindows },
];

/** Query parameters that the real one acts on and the stand-in does not. Others that it does not know are ignored by both. */
const NOT_SIMULATED = ['fields', 'selector', 'repo', 'projects', 'resourceVersion'];

/** Answers one request as Argo CD's API server does, codes and texts included. */
export async function answerCall(api: Api, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { pathname, searchParams: query } = new URL(request.url ?? '/', 'https://sandbox');
  const streams = pathname === '/api/v1/stream/applications';
  try {
    if (request.method !== 'GET' && request.headers['content-type']?.toLowerCase() !== 'application/json') sendText(response, 415, 'Invalid content type');
    else if (streams) stream(api, request, query, response);
    else await answerRoute(api, request, pathname, query, response);
  } catch (error) {
    const known = error instanceof ApiError ? error : new ApiError('Internal', error instanceof Error ? error.message : String(error));
    sendJson(response, known.status, streams ? known.streamBody() : known.body());
  }
}

async function answerRoute(api: Api, request: IncomingMessage, pathname: string, query: URLSearchParams, response: ServerResponse): Promise<void> {
  const matching = ROUTES.filter(({ path }) => path.test(pathname));
  const route = matching.find(({ method }) => method === request.method);
  if (route === undefined) {
    sendText(response, matching.length === 0 ? 404 : 405, matching.length === 0 ? 'Not Found' : 'Method Not Allowed');
    return;
  }
  const params = (route.path.exec(pathname) ?? []).slice(1).map(decodeURIComponent);
  const body = await readJson(request);
  const claims = api.sessions.authenticate(request.headers.authorization);
  refuseNotSimulated(query);
  sendJson(response, 200, await route.answer({ ...api, claims, params, query, body }));
}

function stream({ world, sessions }: Api, request: IncomingMessage, query: URLSearchParams, response: ServerResponse): void {
  const claims = sessions.authenticate(request.headers.authorization);
  refuseNotSimulated(query);
  streamApplications(world, { claims, query, serverSentEvents: request.headers.accept?.includes('text/event-stream') ?? false }, response);
}

function refuseNotSimulated(query: URLSearchParams): void {
  const unknown = NOT_SIMULATED.find((parameter) => query.has(parameter));
  if (unknown !== undefined) throw new ApiError('Unimplemented', `the sandbox's Argo CD does not simulate the query parameter "${unknown}"`);
}

function canI({ world, claims, params: [resource = '', action = '', object = ''] }: Call): unknown {
  return { value: isAllowed(world.projects.values(), claims.sub, resource, action, object) ? 'yes' : 'no' };
}

function readable(call: Call, action = 'get'): Application {
  const { world, claims, params, query } = call;
  return accessApplication(world, claims, action, { name: params[0] ?? '', project: query.get('project') ?? '', appNamespace: query.get('appNamespace') ?? '' });
}

/** Any value of `refresh` refreshes; the answer waits for it. */
async function getApplication(call: Call): Promise<unknown> {
  const { metadata } = readable(call);
  if (call.query.get('refresh')) await call.controller.refresh(metadata.name);
  return readable(call);
}

/** The answer shows the operation as requested, without an operationState. */
async function syncApplication({ world, claims, controller, params: [name = ''], body }: Call): Promise<unknown> {
  const { operation } = await syncOperation(world, claims, name, body);
  return controller.startOperation(name, operation);
}

function terminateOperation(call: Call): unknown {
  call.controller.terminate(readable(call, 'sync').metadata.name);
  return {};
}

function getResource(call: Call): unknown {
  const application = readable(call);
  const [group, version, kind, namespace, name] = ['group', 'version', 'kind', 'namespace', 'resourceName'].map((parameter) => call.query.get(parameter) ?? '');
  const found = objectsInTree(call.world.cluster, application).find(
    (object) => groupOf(object) === group && versionOf(object) === version && object.kind === kind && object.metadata.namespace === namespace && object.metadata.name === name,
  );
  if (found === undefined) throw new ApiError('InvalidArgument', `${kind} ${group} ${name} not found as part of application ${application.metadata.name}`);
  return { manifest: JSON.stringify(found) };
}

function getSyncWindows(call: Call): unknown {
  const { metadata, spec } = readable(call);
  const project = call.world.projects.get(spec.project);
  if (project === undefined) return { canSync: true };
  const { active, assigned, canSync } = syncWindows(project, metadata.name, call.world.now());
  const shown = (windows: typeof active) => windows.map(({ kind, schedule, duration, manualSync = false }) => ({ kind, schedule, duration, manualSync }));
  return { ...(active.length > 0 ? { activeWindows: shown(active) } : {}), ...(assigned.length > 0 ? { assignedWindows: shown(assigned) } : {}), canSync: canSync(true) };
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += String(chunk);
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new ApiError('InvalidArgument', 'unexpected EOF');
  }
}

function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
