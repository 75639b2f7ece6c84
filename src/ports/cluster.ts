import type { ClusterSnapshot, WorkloadKind } from '../domain/cluster.ts';
import type { EksCluster } from '../domain/service.ts';

export type ClusterSelection = { readonly namespace: string; readonly kinds: readonly WorkloadKind[] };

/** One Kubernetes cluster, read only. */
export interface Cluster {
  /**
   * A whole snapshot first, then another after each change, until the signal aborts. Watches, never polls; a dropped watch is reopened.
   * @throws UnauthorizedError or ForbiddenError naming what the access entry or the Role lacks; UnavailableError
   */
  watch(selection: ClusterSelection, signal: AbortSignal): AsyncIterable<ClusterSnapshot>;
}

/** Connects to the cluster that a configuration entry names, as the caller's IAM role. */
export type OpenCluster = (cluster: EksCluster) => Promise<Cluster>;
