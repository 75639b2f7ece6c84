import { setTimeout as pause } from 'node:timers/promises';
import * as z from 'zod/mini';
import { NotFoundError, TimeoutError, UnavailableError } from '../../domain/errors.ts';
import type { ApplicationRef } from '../../domain/service.ts';
import { type Api, applicationName, authorization, context, parseAnswer } from './api.ts';
import { type ApplicationResource, ApplicationSchema } from './application-schema.ts';
import { parseRefusal, refusalError } from './errors.ts';
import { eventStream } from './event-stream.ts';
import type { SeenVersions } from './seen-versions.ts';

const Event = z.object({
  result: z.optional(z.object({ type: z.string(), application: ApplicationSchema })),
  error: z.optional(z.unknown()),
});

/** Argo CD sends a comment every 15 s to keep a stream alive: one that is silent for longer is dead. */
const STREAM_SILENCE_MS = 40_000;

/**
 * A stream begins with the Application as it is. One that begins with nothing is of an Application that was deleted after it was
 * read, for which Argo CD keeps a silent stream alive: so it is read again.
 */
const FIRST_EVENT_MS = 3000;

/** Pauses before a stream that gave no news is opened again; after the last one a server that can't be read either counts as down. */
const REOPEN_AFTER_MS = [0, 100, 300, 600];

/** Between the openings of a stream that ends each time without news, however it ends, while the Application can be read. */
const LONGEST_PAUSE_MS = 5000;

type ReadApplication = (signal: AbortSignal) => Promise<ApplicationResource>;

export type Watched = { readonly ref: ApplicationRef; readonly signal: AbortSignal; readonly read: ReadApplication; readonly versions: SeenVersions };

/**
 * The Application now, then after each change, until the signal aborts. Before each opening the Application is read: without the
 * right to read it, or without the Application, Argo CD opens a stream that stays silent. Whoever has just seen it need not: the stream
 * begins with the Application as it is.
 */
export async function* watchApplication(api: Api, watched: Watched): AsyncGenerator<ApplicationResource> {
  const { signal, versions } = watched;
  let shown: string | null | undefined;
  let failures = 0;
  let isKnown = versions.hasSeen(watched.ref.name);
  while (!signal.aborted) {
    let answered = false;
    try {
      for await (const application of isKnown ? changes(api, watched) : currentThenChanges(api, watched)) {
        answered = true;
        const { resourceVersion } = application.metadata;
        // Another call may have seen this version first: what counts is whether this watch has shown it.
        if (versions.see(application) === 'older' || (typeof resourceVersion === 'string' && resourceVersion === shown)) continue;
        shown = resourceVersion;
        failures = 0;
        yield application;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof UnavailableError || error instanceof TimeoutError)) throw error;
      if (!answered && failures >= REOPEN_AFTER_MS.length) throw error;
    }
    await pauseUnlessAborted(REOPEN_AFTER_MS[failures] ?? LONGEST_PAUSE_MS, signal);
    failures++;
    isKnown = false;
  }
}

async function* currentThenChanges(api: Api, watched: Watched): AsyncGenerator<ApplicationResource> {
  yield await watched.read(watched.signal);
  yield* changes(api, watched);
}

async function* changes(api: Api, { ref, signal }: Watched): AsyncGenerator<ApplicationResource> {
  const call = `watch ${applicationName(ref)}`;
  for await (const data of openEvents(api, ref, call, signal)) {
    const { result, error } = parseAnswer(api, call, Event, data);
    if (error !== undefined) throw refusalError(parseRefusal(500, JSON.stringify({ error })), context(api, call));
    if (result?.type === 'DELETED') throw new NotFoundError(`${applicationName(ref)} was deleted in ${api.server} while it was watched`);
    if (result !== undefined) yield result.application;
  }
}

async function* openEvents(api: Api, ref: ApplicationRef, call: string, signal: AbortSignal): AsyncGenerator<string> {
  const mute = new AbortController();
  const timer = setTimeout(() => mute.abort(), FIRST_EVENT_MS);
  try {
    const headers = { accept: 'text/event-stream', ...authorization(api) };
    const stream = await api.http.open({ method: 'GET', path: streamPath(ref), headers, signal: AbortSignal.any([signal, mute.signal]), silence: STREAM_SILENCE_MS });
    if (stream.status !== 200) throw refusalError(parseRefusal(stream.status, await textOf(stream.chunks)), context(api, call));
    for await (const data of eventStream(stream.chunks)) {
      clearTimeout(timer);
      yield data;
    }
  } catch (error) {
    if (mute.signal.aborted && !signal.aborted) throw new UnavailableError(`${api.server} sent nothing when asked to ${call}`, { cause: error });
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** Without the project, which the read before it has checked. */
function streamPath({ name, namespace }: ApplicationRef): string {
  const query = new URLSearchParams({ name, ...(namespace === undefined ? {} : { appNamespace: namespace }) });
  return `/api/v1/stream/applications?${query.toString()}`;
}

async function textOf(chunks: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const chunk of chunks) text += chunk;
  return text;
}

async function pauseUnlessAborted(milliseconds: number, signal: AbortSignal): Promise<void> {
  if (milliseconds > 0 && !signal.aborted) await pause(milliseconds, undefined, { signal }).catch(() => undefined);
}
