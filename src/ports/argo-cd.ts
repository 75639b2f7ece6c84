import type { LiveWorkload, ObservedApplication } from '../domain/application.ts';
import type { ApplicationRef, ArgoCdServer } from '../domain/service.ts';
import type { ClosedWindow, SyncStarter } from '../domain/sync.ts';

/** What a sync request may say: no revision, options or strategy of ours. */
export type SyncRequest = { readonly prune: boolean; readonly infos: readonly { readonly name: string; readonly value: string }[] };

export type SyncRights = {
  /** Our token may sync the Application. */
  readonly allowed: boolean;
  /** Null while a sync is possible; else the window that forbids it and when it ends, if that can be computed. */
  readonly closedBy: ClosedWindow | null;
};

/**
 * One Argo CD server. No observation of `watch` is older than one that another call of the same connection has returned, or than a
 * sync that it has requested. Every method throws UnauthorizedError, ForbiddenError, NotFoundError or UnavailableError as the server
 * answers.
 */
export interface ArgoCd {
  /** The Application now. With `refresh` Argo CD compares it with Git first, and the call returns when it has. */
  application(ref: ApplicationRef, refresh?: 'normal' | 'hard'): Promise<ObservedApplication>;
  /** The Application now and after each change, until the signal aborts. A dropped stream is reopened. */
  watch(ref: ApplicationRef, signal: AbortSignal): AsyncIterable<ObservedApplication>;
  /** Requests one sync. `busy`: another operation runs, so watch that one. @throws RefusedError for a sync window or a refusal */
  sync(ref: ApplicationRef, request: SyncRequest): Promise<'requested' | 'busy'>;
  /** Asks the operation that runs to end. `idle`: none runs any more. */
  terminate(ref: ApplicationRef): Promise<'requested' | 'idle'>;
  /** Whether a sync may begin now: one by our request, or, as windows may tell them apart, one by auto-sync. */
  syncRights(ref: ApplicationRef, starter?: SyncStarter): Promise<SyncRights>;
  /** Workloads of the Application, each with the images of its live template. */
  workloads(ref: ApplicationRef): Promise<readonly LiveWorkload[]>;
}

/** Connects to the server that a configuration entry names, with the token behind its secret's name. */
export type OpenArgoCd = (server: ArgoCdServer) => Promise<ArgoCd>;
