import type { BareRepository } from '../git/bare-repository.ts';
import type { ApplicationStore } from './application-store.ts';
import type { ClusterAccess } from './cluster-access.ts';
import type { Project } from './manifests.ts';

/** What the parts of the stand-in share. */
export type World = {
  readonly store: ApplicationStore;
  readonly projects: ReadonlyMap<string, Project>;
  /** Repositories by the URL that Applications name. */
  readonly repositories: ReadonlyMap<string, BareRepository>;
  readonly cluster: ClusterAccess;
  readonly delays: Delays;
  readonly hook: (application: string) => SyncHook | null;
  readonly now: () => Date;
  /** Aborted when the stand-in stops. */
  readonly stopping: AbortSignal;
};

/** Milliseconds that the real one takes, roughly (measured in the lab). */
export type Delays = {
  /** A comparison with the fresh branch head. */
  readonly refresh: number;
  /** From the change of a live object to the comparison that it causes. */
  readonly liveChange: number;
  /** From the request of an operation to phase Running. */
  readonly pickUp: number;
  /** From there to the first object applied. */
  readonly operation: number;
  /** From the end of an operation to the refresh that it causes. */
  readonly afterOperation: number;
  /** From the end of an operation to the self-heal that follows it at the earliest. */
  readonly selfHeal: number;
  /** Between two comments on a quiet event stream. */
  readonly keepAlive: number;
};

export const DEFAULT_DELAYS: Delays = { refresh: 150, liveChange: 40, pickUp: 30, operation: 180, afterOperation: 60, selfHeal: 2000, keepAlive: 15_000 };

/** A Job that a scenario adds to every sync of an Application, and how it ends. */
export type SyncHook = {
  readonly name: string;
  readonly phase: 'PreSync' | 'PostSync';
  readonly outcome: 'succeed' | 'fail' | 'hang';
  /** Milliseconds from its start to its end; none by default. */
  readonly takes?: number;
};
