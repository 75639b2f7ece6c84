import { type ForbiddenError, RefusedError, TimeoutError, UnavailableError } from '../../domain/errors.ts';
import type { Instant } from '../../domain/instant.ts';
import type { ApplicationRef, ArgoCdServer } from '../../domain/service.ts';
import { closedWindowMessage, type SyncStarter } from '../../domain/sync.ts';
import type { ArgoCd, OpenArgoCd, SyncRequest, SyncRights } from '../../ports/argo-cd.ts';
import type { Secrets } from '../../ports/secrets.ts';
import { createHttpClient, type HttpClient } from '../http/http-client.ts';
import { type Api, applicationName, applicationPath, context, get, parseAnswer, post, type Query, remove, scope, tokenOf } from './api.ts';
import { mayOn } from './can-i.ts';
import { type ApplicationResource, ApplicationSchema, observedApplication } from './application-schema.ts';
import { hidesReason, isBusy, isIdle, isWindow, refusalError } from './errors.ts';
import { createSeenVersions, type SeenVersions } from './seen-versions.ts';
import { closedWindow, SyncWindowsSchema } from './sync-windows.ts';
import { watchApplication } from './watch.ts';
import { readWorkloads } from './workloads.ts';

/** A refresh blocks until the controller has compared. Argo CD has no limit of its own, so both sides get one. */
const REFRESH_SECONDS = { normal: 10, hard: 15 } as const;

type Refresh = keyof typeof REFRESH_SECONDS;

/** `now` dates the end of sync windows. */
type Ports = { readonly secrets: Secrets; readonly now?: () => Instant };

/** Connects to Argo CD over its REST API. Connections are kept and shared by all that is opened here for one server. */
export function createOpenArgoCd({ secrets, now = () => new Date().toISOString() }: Ports): OpenArgoCd {
  const clients = new Map<string, HttpClient>();
  return async (server) => {
    const name = `Argo CD at ${server.url}`;
    const http = clientOf(clients, server, name);
    return argoCd({ http, server: name, secret: server.token, token: tokenOf(server.token, await secrets.read(server.token)) }, now);
  };
}

function clientOf(clients: Map<string, HttpClient>, { url, caBundle }: ArgoCdServer, name: string): HttpClient {
  const key = JSON.stringify([url, caBundle ?? null]);
  const client = clients.get(key) ?? createHttpClient({ name, url, ...(caBundle === undefined ? {} : { caBundle }) });
  clients.set(key, client);
  return client;
}

function argoCd(api: Api, now: () => Instant): ArgoCd {
  const versions = createSeenVersions();
  return {
    async application(ref, refresh) {
      const application = await (refresh === 'normal' ? refreshApplication(api, ref) : readApplication(api, ref, refresh));
      versions.see(application);
      return observedApplication(application);
    },
    async *watch(ref, signal) {
      const read = (aborted: AbortSignal) => readApplication(api, ref, undefined, aborted);
      for await (const application of watchApplication(api, { ref, signal, read, versions })) yield observedApplication(application);
    },
    sync: (ref, request) => requestSync(api, ref, request, { now, versions }),
    terminate: (ref) => terminateOperation(api, ref),
    syncRights: (ref, starter) => readSyncRights(api, ref, starter, now),
    workloads: (ref) => readWorkloads(api, ref),
  };
}

/**
 * Argo CD loses a refresh that is asked while the answer to a write of its controller is under way: that answer replaces the newer
 * Application in its cache (`writeBackToInformer` of Argo CD 3.5 compares no versions). The same request again would change nothing in the
 * Application, and so wake nobody; a hard one does. A comparison that was only slow answers both.
 */
async function refreshApplication(api: Api, ref: ApplicationRef): Promise<ApplicationResource> {
  try {
    return await readApplication(api, ref, 'normal');
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    return readApplication(api, ref, 'hard');
  }
}

async function readApplication(api: Api, ref: ApplicationRef, refresh?: Refresh, signal?: AbortSignal): Promise<ApplicationResource> {
  const limited = refresh === undefined ? {} : limitedTo(REFRESH_SECONDS[refresh]);
  const call = `${refresh === undefined ? 'read' : 'refresh'} ${applicationName(ref)}`;
  try {
    return await get(api, {
      call,
      path: applicationPath(ref, '', refresh === undefined ? {} : { refresh }),
      answer: ApplicationSchema,
      ...limited,
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (error) {
    throw hidesReason(error) ? await deniedOrUnread(api, ref, call, error) : error;
  }
}

function limitedTo(seconds: number): Pick<Query<unknown>, 'headers' | 'silence'> {
  return { headers: { 'grpc-timeout': `${seconds}S` }, silence: (seconds + 3) * 1000 };
}

/** Argo CD also says "permission denied" where it could not read the Application itself, lest anybody learn whether there is one. */
async function deniedOrUnread(api: Api, ref: ApplicationRef, call: string, denied: ForbiddenError): Promise<Error> {
  if (!(await mayOn(api, ref, 'get'))) return denied;
  return new UnavailableError(`${api.server} could not ${call}: it says "permission denied" of an Application that our token may read, as while its Kubernetes API is away`, { cause: denied });
}

type Surroundings = { readonly now: () => Instant; readonly versions: SeenVersions };

async function requestSync(api: Api, ref: ApplicationRef, { prune, infos }: SyncRequest, { now, versions }: Surroundings): Promise<'requested' | 'busy'> {
  const call = `sync ${applicationName(ref)}`;
  // Nothing else: options or a strategy here would replace those of the Application.
  const answer = await post(api, `/api/v1/applications/${encodeURIComponent(ref.name)}/sync`, { ...scope(ref), prune, infos });
  if ('body' in answer) {
    versions.see(parseAnswer(api, call, ApplicationSchema, answer.body));
    return 'requested';
  }
  if (isBusy(answer.refusal)) return 'busy';
  if (isWindow(answer.refusal)) {
    const { closedBy } = await readSyncRights(api, ref, 'request', now);
    if (closedBy !== null) throw new RefusedError(closedWindowMessage(ref.name, closedBy));
  }
  throw refusalError(answer.refusal, context(api, call));
}

async function terminateOperation(api: Api, ref: ApplicationRef): Promise<'requested' | 'idle'> {
  const answer = await remove(api, applicationPath(ref, '/operation'));
  if ('body' in answer) return 'requested';
  if (isIdle(answer.refusal)) return 'idle';
  throw refusalError(answer.refusal, context(api, `end the operation of ${applicationName(ref)}`));
}

async function readSyncRights(api: Api, ref: ApplicationRef, starter: SyncStarter = 'request', now: () => Instant): Promise<SyncRights> {
  const [allowed, windows] = await Promise.all([
    mayOn(api, ref, 'sync'),
    get(api, { call: `read the sync windows of ${applicationName(ref)}`, path: applicationPath(ref, '/syncwindows'), answer: SyncWindowsSchema }),
  ]);
  const closedBy = closedWindow(windows.assignedWindows ?? [], starter, now());
  // For a manual sync the server's own word counts; the windows only say which one and until when.
  if (starter === 'request' && windows.canSync === true) return { allowed, closedBy: null };
  if (starter === 'request' && windows.canSync === false) return { allowed, closedBy: closedBy ?? { window: 'a sync window', until: null } };
  return { allowed, closedBy };
}
