import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod/mini';
import type { KubernetesApi } from './api.ts';
import { ApiStatusError, describeFailure, isExpired, isRefusal, isTransient, SilenceError } from './api-errors.ts';
import type { ObjectList } from './object-list.ts';
import { parseObject } from './object-schema.ts';

const ListSchema = z.object({ metadata: z.object({ resourceVersion: z.string() }), items: z.array(z.unknown()) });
const EventSchema = z.object({ type: z.enum(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR']), object: z.unknown() });
const VersionSchema = z.object({ metadata: z.object({ resourceVersion: z.string() }) });
const StatusSchema = z.object({ code: z.number() });

export type FollowOptions = {
  readonly cluster: string;
  readonly api: KubernetesApi;
  readonly list: ObjectList<unknown>;
  /** Called after every change of the list. */
  readonly onChange: () => void;
  /** How long the cluster may be out of reach before that is an error, in milliseconds. */
  readonly patience: number;
};

const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 5_000;

/**
 * Keeps a list as the cluster has it: lists, then watches from that version, and goes on from the last version when the watch ends, is
 * cut or falls silent. A version that is too old leads back to listing. Returns when the signal aborts.
 *
 * @throws a domain error for a refusal, and for an outage longer than the patience; a refusal after a cut is an outage first
 */
export async function follow({ cluster, api, list, onChange, patience }: FollowOptions, signal: AbortSignal): Promise<void> {
  let version: string | null = null;
  let failingSince: number | null = null;
  let wasCut = false;
  // The first retry is at once; only events make the next one so again, for a server may list well and refuse every watch.
  let pause = 0;
  while (!signal.aborted) {
    try {
      if (version === null) {
        version = await relist(api, list, signal);
        failingSince = null;
        onChange();
      }
      for await (const { type, object } of watchFrom(api, list, version, signal)) {
        failingSince = null;
        wasCut = false;
        pause = 0;
        version = versionOf(object, list);
        if (apply(list, type, object)) onChange();
      }
    } catch (error) {
      if (signal.aborted) return;
      if (isExpired(error)) version = null;
      // An API server that has just started refuses everybody until it has read who may what.
      else if (!isTransient(error) && !(wasCut && isRefusal(error))) throw describeFailure(error, { cluster, what: `list and watch ${list.plural}` });
      wasCut ||= !isRefusal(error);
      // A watch may well be silent: it is opened again, and nothing has failed. A list may not.
      if (error instanceof SilenceError && version !== null) continue;
      failingSince ??= performance.now();
      if (performance.now() - failingSince > patience) throw describeFailure(error, { cluster, what: `list and watch ${list.plural}` });
    }
    await delay(pause, undefined, { signal }).catch(() => undefined);
    pause = Math.min(Math.max(FIRST_PAUSE, pause * 2), LONGEST_PAUSE);
  }
}

async function relist(api: KubernetesApi, list: ObjectList<unknown>, signal: AbortSignal): Promise<string> {
  const { metadata, items } = parseObject(ListSchema, `list of ${list.plural}`, await api.get(list.path, list.query, signal));
  list.replace(items);
  return metadata.resourceVersion;
}

type WatchEvent = z.infer<typeof EventSchema>;

async function* watchFrom(api: KubernetesApi, list: ObjectList<unknown>, version: string, signal: AbortSignal): AsyncGenerator<WatchEvent> {
  const query = { ...list.query, watch: 'true', allowWatchBookmarks: 'true', resourceVersion: version };
  for await (const line of api.lines(list.path, query, signal)) {
    const event = parseObject(EventSchema, `watch event of ${list.plural}`, line);
    if (event.type === 'ERROR') throw ApiStatusError.of(parseObject(StatusSchema, 'Status', event.object).code, event.object);
    yield event;
  }
}

function versionOf(object: unknown, { plural }: ObjectList<unknown>): string {
  return parseObject(VersionSchema, `watch event of ${plural}`, object).metadata.resourceVersion;
}

/** Whether the event changed the list: a bookmark only moves the version. */
function apply(list: ObjectList<unknown>, type: WatchEvent['type'], object: unknown): boolean {
  if (type === 'BOOKMARK') return false;
  if (type === 'DELETED') list.remove(object);
  else list.set(object);
  return true;
}
