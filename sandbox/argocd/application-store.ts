import { EventEmitter } from 'node:events';
import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { ApplicationManifest, ApplicationSpec } from './manifests.ts';
import type { Health } from './health.ts';

/** An Application as the API shows it; the members that Slipway and a person at the terminal look at. */
export type Application = {
  readonly metadata: ApplicationManifest['metadata'] & {
    readonly uid: string;
    readonly resourceVersion: string;
    readonly generation: number;
    readonly creationTimestamp: string;
  };
  readonly spec: ApplicationSpec;
  /** Requested or running; taken away by the same write that ends it. */
  readonly operation?: Operation;
  readonly status: ApplicationStatus;
};

export type ApplicationStatus = {
  readonly sync: { readonly status: 'Synced' | 'OutOfSync' | 'Unknown'; readonly revision?: string };
  readonly health: Health & { readonly lastTransitionTime?: string };
  readonly resources?: readonly ResourceStatus[];
  readonly history?: readonly HistoryEntry[];
  readonly conditions?: readonly { readonly type: string; readonly message: string; readonly lastTransitionTime: string }[];
  readonly operationState?: OperationState;
  readonly reconciledAt?: string;
  readonly sourceType?: 'Helm';
};

export type ResourceKey = { readonly group?: string; readonly kind: string; readonly namespace: string; readonly name: string };
export type ResourceStatus = ResourceKey & { readonly version: string; readonly status: 'Synced' | 'OutOfSync'; readonly health?: Health; readonly requiresPruning?: true };

export type Operation = {
  readonly sync: { readonly revision?: string; readonly prune?: boolean; readonly resources?: readonly ResourceKey[]; readonly autoHealAttemptsCount?: number };
  readonly initiatedBy: { readonly username?: string; readonly automated?: true };
  readonly info?: readonly { readonly name: string; readonly value: string }[];
  readonly retry: { readonly limit?: number };
};

export type OperationState = {
  readonly operation: Operation;
  readonly phase: 'Running' | 'Terminating' | 'Failed' | 'Error' | 'Succeeded';
  readonly message?: string;
  readonly syncResult?: { readonly revision: string; readonly source: ApplicationSpec['source']; readonly resources: readonly ResourceResult[] };
  readonly startedAt: string;
  readonly finishedAt?: string;
};

export type ResourceResult = ResourceKey & {
  readonly version: string;
  readonly status?: 'Synced' | 'SyncFailed' | 'Pruned' | 'PruneSkipped';
  readonly message: string;
  readonly hookType?: 'PreSync' | 'PostSync';
  readonly hookPhase: 'Running' | 'Succeeded' | 'Failed';
  readonly syncPhase: 'PreSync' | 'Sync' | 'PostSync';
};

type HistoryEntry = {
  readonly id: number;
  readonly revision: string;
  readonly deployStartedAt: string;
  readonly deployedAt: string;
  readonly initiatedBy: Operation['initiatedBy'];
  readonly source: ApplicationSpec['source'];
};

export type ApplicationStore = {
  add(manifest: ApplicationManifest): void;
  get(name: string): Application | undefined;
  all(): readonly Application[];
  /** Writes what `change` makes of the Application, and tells the subscribers unless nothing changed. */
  update(name: string, change: (application: Application) => Application): Application;
  /** The same for the status alone. */
  updateStatus(name: string, change: (status: ApplicationStatus) => Partial<ApplicationStatus>): Application;
  delete(name: string): void;
  /** Calls back after every change, and with the last state of what was deleted; the result ends it. */
  subscribe(callback: (change: 'MODIFIED' | 'DELETED', application: Application) => void): () => void;
};

export function createApplicationStore(now: () => Date): ApplicationStore {
  const applications = new Map<string, Application>();
  const changes = new EventEmitter<{ changed: ['MODIFIED' | 'DELETED', Application] }>().setMaxListeners(0);
  let resourceVersion = 1000;
  const store: ApplicationStore = {
    add({ metadata, spec }) {
      const fresh = { uid: randomUUID(), resourceVersion: String(++resourceVersion), generation: 1, creationTimestamp: wholeSeconds(now()) };
      applications.set(metadata.name, { metadata: { ...metadata, ...fresh }, spec, status: { sync: { status: 'Unknown' }, health: { status: 'Unknown' } } });
    },
    get: (name) => applications.get(name),
    all: () => [...applications.values()],
    update(name, change) {
      const before = applications.get(name);
      if (before === undefined) throw new Error(`There is no Application ${name}.`);
      const changed = change(before);
      if (isDeepStrictEqual(changed, before)) return before;
      const { metadata } = before;
      const after = { ...changed, metadata: { ...metadata, resourceVersion: String(++resourceVersion), generation: metadata.generation + 1 } };
      applications.set(name, after);
      changes.emit('changed', 'MODIFIED', after);
      return after;
    },
    updateStatus: (name, change) => store.update(name, (application) => ({ ...application, status: { ...application.status, ...change(application.status) } })),
    delete(name) {
      const last = applications.get(name);
      applications.delete(name);
      if (last !== undefined) changes.emit('changed', 'DELETED', last);
    },
    subscribe(callback) {
      changes.on('changed', callback);
      return () => changes.off('changed', callback);
    },
  };
  return store;
}

/** A time as Kubernetes writes it. */
export function wholeSeconds(time: Date): string {
  return `${time.toISOString().slice(0, 19)}Z`;
}
