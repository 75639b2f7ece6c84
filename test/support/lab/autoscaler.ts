import { setTimeout as delay } from 'node:timers/promises';
import { AutoscalingV2Api, CoreV1Api, setHeaderOptions } from '@kubernetes/client-node';
import { type ExternalMetrics, serveExternalMetrics } from '../../../lab/kubernetes/external-metrics.ts';
import { kubeConfigOf } from '../../../lab/kubernetes/kube-config.ts';
import { ANNOTATION_PREFIX } from '../../../lab/kubernetes/kubelet/stage.ts';
import type { Lab } from '../../../lab/lab.ts';

/** Kubernetes' own autoscaler at work on the Deployments of a namespace, by a metric that the test sets. */
export type Autoscaler = {
  /** Makes a HorizontalPodAutoscaler for a Deployment, or lets the one that it has want another number of replicas. */
  want(deployment: string, replicas: number): Promise<void>;
  stop(): Promise<void>;
};

export async function startAutoscaler({ kubernetes, authority }: Lab, namespace: string): Promise<Autoscaler> {
  const api = kubeConfigOf(kubernetes).makeApiClient(AutoscalingV2Api);
  const metrics: ExternalMetrics = await serveExternalMetrics(kubernetes, authority);
  const made = new Set<string>();
  return {
    async want(deployment, replicas) {
      metrics.set(deployment, replicas);
      if (made.has(deployment)) return;
      made.add(deployment);
      await api.createNamespacedHorizontalPodAutoscaler({ namespace, body: autoscalerOf(deployment) });
    },
    async stop() {
      for (const name of made) await api.deleteNamespacedHorizontalPodAutoscaler({ namespace, name });
      await metrics.stop();
    },
  };
}

/** One replica for each unit of the metric that has the Deployment's name, and at once. */
function autoscalerOf(name: string) {
  const external = { metric: { name }, target: { type: 'AverageValue', averageValue: '1' } };
  return {
    metadata: { name },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name },
      minReplicas: 1,
      maxReplicas: 8,
      metrics: [{ type: 'External', external }],
      behavior: { scaleDown: { stabilizationWindowSeconds: 0 } },
    },
  };
}

const MERGE = setHeaderOptions('Content-Type', 'application/merge-patch+json');

/** Lets the pods of a Deployment become Ready that were told not to, also those that come later, until something has happened. */
export async function mendPods({ kubernetes }: Lab, { namespace, app }: { readonly namespace: string; readonly app: string }, until: Promise<unknown>): Promise<void> {
  const core = kubeConfigOf(kubernetes).makeApiClient(CoreV1Api);
  const fault = `${ANNOTATION_PREFIX}/pod`;
  let isOver = false;
  const over = until.then(() => void (isOver = true));
  while (!isOver) {
    const { items } = await core.listNamespacedPod({ namespace, labelSelector: `app=${app}` });
    const told = items.filter(({ metadata }) => metadata?.annotations?.[fault] === 'never-ready');
    // One that is gone by now needs nothing.
    for (const { metadata } of told) await core.patchNamespacedPod({ namespace, name: metadata?.name ?? '', body: { metadata: { annotations: { [fault]: 'none' } } } }, MERGE).catch(() => undefined);
    await Promise.race([over, delay(100)]);
  }
}
