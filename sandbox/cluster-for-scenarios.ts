import type { Kubernetes } from './kubernetes/start.ts';
import type { LivePod, ScenarioCluster } from './scenarios/scenario-world.ts';

/** The stand-in's cluster as scenarios look at it. */
export function clusterForScenarios({ store }: Pick<Kubernetes, 'store'>): Pick<ScenarioCluster, 'livePods' | 'untilAvailable'> {
  return {
    async livePods(namespace) {
      const pods = store.list('Pod', namespace).filter(({ metadata }) => metadata.deletionTimestamp === undefined);
      return pods.map(
        ({ metadata, spec, status }): LivePod => ({
          name: metadata.name,
          ready: status.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ?? false,
          images: spec.containers.map(({ image }) => image),
        }),
      );
    },
    untilAvailable: (namespace, name) => untilAvailable(store, namespace, name),
  };
}

async function untilAvailable(store: Kubernetes['store'], namespace: string, name: string): Promise<void> {
  const isAvailable = (): boolean => {
    const deployment = store.get('Deployment', namespace, name);
    return deployment !== null && (deployment.status.availableReplicas ?? 0) >= (deployment.spec.replicas ?? 1);
  };
  await new Promise<void>((resolve) => {
    const stop = store.watch(() => {
      if (!isAvailable()) return;
      stop();
      resolve();
    });
    if (isAvailable()) {
      stop();
      resolve();
    }
  });
}
