import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ClusterSnapshot, WorkloadKind } from '../../domain/cluster.ts';
import type { EksCluster } from '../../domain/service.ts';
import type { ClusterSelection, OpenCluster } from '../../ports/cluster.ts';
import { type ClusterEndpoint, createKubernetesApi, type KubernetesApi } from './api.ts';
import { parseEvent } from './event-schema.ts';
import { follow } from './follow.ts';
import { createObjectList, type ObjectList } from './object-list.ts';
import { parsePod } from './pod-schema.ts';
import { parseReplicaSet, parseWorkload } from './workload-schema.ts';

export type { ClusterEndpoint } from './api.ts';

/** How a cluster is found and entered. */
export type ClusterAccess = {
  endpoint(cluster: EksCluster): Promise<ClusterEndpoint>;
  /** A bearer token for the next request. */
  token(cluster: EksCluster): Promise<string>;
};

/** In milliseconds. */
export type ClusterLimits = {
  /** How long a cluster may be out of reach before a watch ends with UnavailableError; the state machine then tries again. */
  readonly patience: number;
  /** After how much silence a watch is opened again: its connection may be dead. */
  readonly silence: number;
};

const DEFAULT_LIMITS: ClusterLimits = { patience: 30_000, silence: 30_000 };

/** Reads clusters over the Kubernetes API, as whoever `access` makes us. */
export function createOpenCluster(access: ClusterAccess, limits: ClusterLimits = DEFAULT_LIMITS): OpenCluster {
  return async (cluster) => {
    const endpoint = await access.endpoint(cluster);
    const connect = () => createKubernetesApi({ cluster: cluster.name, endpoint, token: () => access.token(cluster), silence: limits.silence });
    return { watch: (selection, signal) => watchSelection({ cluster: cluster.name, connect, patience: limits.patience }, selection, signal) };
  };
}

type Connection = { readonly cluster: string; readonly connect: () => KubernetesApi; readonly patience: number };

async function* watchSelection({ cluster, connect, patience }: Connection, selection: ClusterSelection, signal: AbortSignal): AsyncGenerator<ClusterSnapshot> {
  const stop = new AbortController();
  const ended = AbortSignal.any([signal, stop.signal]);
  const lists = selectLists(selection);
  let news = Promise.withResolvers<void>();
  const api = connect();
  const following = Promise.all(lists.all.map((list) => follow({ cluster, api, list, patience, onChange: () => news.resolve() }, ended)));
  following.catch(() => undefined);
  try {
    while (!signal.aborted) {
      // `following` ends when the signal aborts, and fails when the cluster refuses us.
      await Promise.race([news.promise, following]);
      // What else has arrived by now belongs to the same snapshot.
      await nextTurn();
      if (signal.aborted) return;
      news = Promise.withResolvers();
      const snapshot = lists.snapshot();
      if (snapshot !== null) yield snapshot;
    }
  } finally {
    stop.abort();
    api.close();
  }
}

type Lists = { readonly all: readonly ObjectList<unknown>[]; /** Null until every list is in. */ readonly snapshot: () => ClusterSnapshot | null };

const PLURALS = { Deployment: 'deployments', StatefulSet: 'statefulsets', DaemonSet: 'daemonsets' } as const satisfies Record<WorkloadKind, string>;

function selectLists({ namespace, kinds }: ClusterSelection): Lists {
  const apps = `/apis/apps/v1/namespaces/${encodeURIComponent(namespace)}`;
  const core = `/api/v1/namespaces/${encodeURIComponent(namespace)}`;
  const workloads = kinds.map((kind) => createObjectList(`${apps}/${PLURALS[kind]}`, (object) => parseWorkload(kind, object)));
  const replicaSets = kinds.includes('Deployment') ? [createObjectList(`${apps}/replicasets`, parseReplicaSet)] : [];
  const pods = createObjectList(`${core}/pods`, parsePod);
  const events = createObjectList(`${core}/events`, parseEvent, { fieldSelector: 'type=Warning' });
  const all = [...workloads, ...replicaSets, pods, events];
  return {
    all,
    snapshot() {
      if (all.some((list) => list.values() === null)) return null;
      return { workloads: valuesOf(workloads), replicaSets: valuesOf(replicaSets), pods: valuesOf([pods]), events: valuesOf([events]) };
    },
  };
}

function valuesOf<T>(lists: readonly ObjectList<T>[]): readonly T[] {
  return lists.flatMap((list) => list.values() ?? []);
}
