import { type Apply, createApply } from './apply.ts';
import type { Clock } from './clock.ts';
import { startDeploymentController } from './deployment-controller/controller.ts';
import type { RefusalOf } from './deployment-controller/deployment.ts';
import { DEFAULT_TIMES, type KubeletTimes } from './kubelet/container.ts';
import { type KubeletOptions, startKubelet } from './kubelet/kubelet.ts';
import { startScheduler } from './kubelet/scheduler.ts';
import { createStore, type Store } from './store.ts';

export type ClusterOptions = {
  /** What goes wrong with a pod; nothing by default. */
  readonly faultOf?: KubeletOptions['faultOf'];
  readonly times?: Partial<KubeletTimes>;
  /** Why a new pod of a ReplicaSet is refused; none is by default. */
  readonly refusalOf?: RefusalOf;
};

/** A cluster with one node, without its API server: all of it runs on the clock and ends with it. */
export function startCluster(clock: Clock, { faultOf = () => undefined, times, refusalOf }: ClusterOptions): { readonly store: Store; readonly apply: Apply } {
  const store = createStore(clock);
  const kubelet: KubeletOptions = { times: { ...DEFAULT_TIMES, ...times }, faultOf };
  startDeploymentController(store, clock, refusalOf);
  startScheduler(store, clock, kubelet);
  startKubelet(store, clock, kubelet);
  return { store, apply: createApply(store) };
}
