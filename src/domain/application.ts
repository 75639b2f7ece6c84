import { isSameRepository } from './git-url.ts';
import type { Instant } from './instant.ts';
import type { GitRepository } from './service.ts';

/** An Argo CD Application as one look at it showed it; only what decisions use. */
export type ObservedApplication = {
  readonly name: string;
  readonly project: string;
  readonly deleting: boolean;
  /** `spec.source` as a list of one, or `spec.sources`. */
  readonly sources: readonly ApplicationSource[];
  /** Where its objects go, unless they name a namespace of their own. */
  readonly destinationNamespace: string;
  /** Null when auto-sync is off. */
  readonly autoSync: { readonly prune: boolean } | null;
  readonly sync: {
    readonly status: 'Synced' | 'OutOfSync' | 'Unknown';
    /** What the comparison used, one per source; not what was applied. */
    readonly revisions: readonly string[];
  };
  /** Shown, never a gate. */
  readonly health: string;
  /** `operation` is set at the top level: requested, or running. */
  readonly operationRequested: boolean;
  /** `status.operationState`: the running operation, or the last one. Null right after a request. */
  readonly operation: ObservedOperation | null;
  /** Successful full syncs, oldest first. */
  readonly history: readonly { readonly revisions: readonly string[]; readonly deployedAt: Instant }[];
  readonly conditions: readonly { readonly type: string; readonly message: string }[];
};

export type ApplicationSource = { readonly repoUrl: string; readonly targetRevision: string };

export type ObservedOperation = {
  /** A retry that is pending has phase `Running` and a `finishedAt`: only the phase says that it is over. */
  readonly phase: 'Running' | 'Terminating' | 'Failed' | 'Error' | 'Succeeded';
  readonly message: string;
  readonly startedAt: Instant;
  readonly finishedAt: Instant | null;
  /** Resolved revision per source once known, else the requested one; may be empty. */
  readonly revisions: readonly string[];
  /** Started by auto-sync rather than by a request. */
  readonly automated: boolean;
  /** Who started it, for a message; empty for auto-sync. */
  readonly initiatedBy: string;
  readonly infos: readonly { readonly name: string; readonly value: string }[];
  /** It names the resources that it syncs: it runs no hooks and leaves no history (controller/sync.go of Argo CD). */
  readonly partial: boolean;
  /** On how many resources and hooks it reports; it has applied nothing before the first. Absent where that is not known. */
  readonly results?: number;
  /** Resources and hooks that ended badly, each as `Job smoke-test: message`. */
  readonly failures: readonly string[];
};

/** A workload of an Application, with the image references of its live template. */
export type LiveWorkload = {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  /** Images of containers and initContainers in `spec.template`; empty for kinds without a template. */
  readonly images: readonly string[];
};

/**
 * Position among the Application's sources of the one that follows the repository; null when none does. One repository may be the
 * source twice: then the source that follows its branch counts.
 */
export function sourceOf({ sources }: Pick<ObservedApplication, 'sources'>, repository: RepositoryOfEdits): number | null {
  const names = [repository.url, ...repository.aliases];
  const follows = ({ repoUrl }: ApplicationSource) => names.some((name) => isSameRepository(name, repoUrl));
  const onBranch = sources.findIndex((source) => follows(source) && source.targetRevision === repository.branch);
  const index = onBranch < 0 ? sources.findIndex(follows) : onBranch;
  return index < 0 ? null : index;
}

export type RepositoryOfEdits = Pick<GitRepository, 'url' | 'aliases' | 'branch'>;
