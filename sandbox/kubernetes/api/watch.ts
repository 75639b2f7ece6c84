import type { ServerResponse } from 'node:http';
import type { Clock } from '../clock.ts';
import type { KubernetesObject } from '../objects.ts';
import { apiVersionOf, type Resource } from '../resources.ts';
import { atVersion, type Store, type StoreEvent } from '../store.ts';
import { type ApiRequest, numberOption } from './request.ts';
import { expired } from './status.ts';

type Matches = (object: KubernetesObject) => boolean;

/** How often an idle watch that asked for bookmarks gets one, and how long a watch lasts unless it says so: as the real server. */
const BOOKMARK_EVERY = 60_000;
const LONGEST = 30 * 60_000;

/** Streams changes as JSON lines: from now with all objects first, or from the resourceVersion that the client has seen. */
export function serveWatch(response: ServerResponse, request: ApiRequest, resource: Resource, matches: Matches, render: (object: KubernetesObject) => unknown, { store, clock }: { readonly store: Store; readonly clock: Clock }): void {
  const from = numberOption(request, 'resourceVersion') ?? 0;
  const timeout = numberOption(request, 'timeoutSeconds') ?? 0;
  const initial = from === 0 || request.query.get('sendInitialEvents') === 'true';
  const bookmarks = request.query.get('allowWatchBookmarks') === 'true';
  const missed = initial ? [] : store.changesSince(from);
  response.writeHead(200, { 'content-type': 'application/json' });
  // A client knows that it watches before anything changes.
  response.flushHeaders();
  const send = (type: string, object: unknown) => void response.write(`${JSON.stringify({ type, object })}\n`);
  if (missed === null) {
    send('ERROR', expired(from, store.resourceVersion()).status);
    response.end();
    return;
  }

  const bookmark = (annotations?: object) => send('BOOKMARK', bookmarkOf(resource, store.resourceVersion(), annotations));
  const forward = (event: StoreEvent) => {
    const seen = asSeen(event, matches);
    if (seen !== null) send(seen.type, render(seen.object));
  };
  if (initial) for (const object of store.list(resource.kind).filter(matches)) send('ADDED', render(object));
  if (request.query.get('sendInitialEvents') === 'true') bookmark({ 'k8s.io/initial-events-end': 'true' });
  missed.forEach(forward);

  const unsubscribe = store.watch(forward);
  const repeat = (): (() => void) => clock.after(BOOKMARK_EVERY, () => {
    if (bookmarks) bookmark();
    cancelBookmark = repeat();
  });
  let cancelBookmark = repeat();
  const cancelEnd = clock.after(timeout > 0 ? timeout * 1000 : LONGEST, () => {
    if (bookmarks) bookmark();
    cleanUp();
    response.end();
  });
  function cleanUp(): void {
    unsubscribe();
    cancelBookmark();
    cancelEnd();
  }
  response.on('close', cleanUp);
}

/** A change as a client with a selector sees it: an object that stops matching is deleted for it, one that starts is added. */
function asSeen({ type, object, previous, resourceVersion }: StoreEvent, matches: Matches): { type: string; object: KubernetesObject } | null {
  const before = previous !== null && matches(previous);
  if (type !== 'DELETED' && matches(object)) return { type: before ? 'MODIFIED' : 'ADDED', object };
  return before ? { type: 'DELETED', object: atVersion(previous, resourceVersion) } : null;
}

function bookmarkOf({ kind, group }: Resource, version: number, annotations?: object) {
  const metadata = { resourceVersion: String(version), creationTimestamp: null, ...(annotations === undefined ? {} : { annotations }) };
  return { kind, apiVersion: apiVersionOf(group), metadata };
}
