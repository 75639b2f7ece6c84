import { type Apply, createApply } from './apply.ts';
import type { Clock } from './clock.ts';
import { startDeploymentController } from './deployment-controller/controller.ts';
import type { RefusalOf } from './deployment-controller/deployment.ts';
import { DEFAULT_TIMES, type KubeletTimes } from './kubelet/container.ts';
import { type KubeletOptions, type PodLogs, startKubelet } from './kubelet/kubelet.ts';
import type { ProcessRuntime } from './kubelet/process-runtime.ts';
import { startScheduler } from './kubelet/scheduler.ts';
import { createStore, type Store } from './store.ts';

export type ClusterOptions = {
  /** What goes wrong with a pod; nothing by default. */
  readonly faultOf?: KubeletOptions['faultOf'];
  readonly times?: Partial<KubeletTimes>;
  /** Why a new pod of a ReplicaSet is refused; none is by default. */
  readonly refusalOf?: RefusalOf;
  /** Runs the pods that are annotated so. */
  readonly runtime?: ProcessRuntime;
};

/** A cluster's objects, and what works on them. */
export type Cluster = { readonly store: Store; readonly apply: Apply; readonly logs: PodLogs };

/** A cluster with one node, without its API server: all of it runs on the clock and ends with it. */
export function startCluster(clock: Clock, { faultOf = () => undefined, times, refusalOf, runtime }: ClusterOptions): Cluster {
  const store = createStore(clock);
  const kubelet: KubeletOptions = { times: { ...DEFAULT_TIMES, ...times }, faultOf, ...(runtime && { runtime }) };
  startDeploymentController(store, clock, refusalOf);
  startScheduler(store, clock, kubelet);
  const logs = startKubelet(store, clock, kubelet);
  return { store, apply: createApply(store), logs };
}
