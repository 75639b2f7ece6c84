import { resumed, type StepResult } from '../domain/deployment.ts';
import type { OpenArgoCd } from '../ports/argo-cd.ts';
import type { Cluster, ClusterSelection, OpenCluster } from '../ports/cluster.ts';
import type { ServiceStore } from '../ports/deployment-store.ts';
import { defineStep } from './step.ts';
import { readTargetConfig } from './target-config.ts';
import { TargetStepInput } from './wire.ts';

type Ports = { readonly services: Pick<ServiceStore, 'service'>; readonly argocd: OpenArgoCd; readonly cluster: OpenCluster };

/**
 * Looks into the cluster once, as CheckRollout will: with the same role, at the namespace that the Application deploys to. A cluster
 * that refuses us is found out before anything is written, so the branch stays as it is.
 */
export const checkAccess = defineStep({
  name: 'check-access',
  input: TargetStepInput,
  async run(ports: Ports, input: TargetStepInput): Promise<StepResult<'granted'>> {
    const deployment = resumed(input.deployment, input);
    const { target } = await readTargetConfig(ports.services, deployment);
    const [server, cluster] = await Promise.all([ports.argocd(target.argocd), ports.cluster(target.cluster)]);
    const { destinationNamespace } = await server.application(target.application);
    // Without one the objects name their own, and there is nothing to look at before they exist.
    if (destinationNamespace !== '') await lookOnce(cluster, { namespace: destinationNamespace, kinds: ['Deployment'] });
    return { status: 'granted', deployment };
  },
});

async function lookOnce(cluster: Cluster, selection: ClusterSelection): Promise<void> {
  const enough = new AbortController();
  for await (const _snapshot of cluster.watch(selection, enough.signal)) enough.abort();
}
