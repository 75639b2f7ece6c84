import { describe, expect, it } from 'vitest';
import { createMemoryArgoCd } from '../../../src/adapters/memory/argo-cd.ts';
import { createMemoryCluster } from '../../../src/adapters/memory/cluster.ts';
import { createMemoryServiceStore } from '../../../src/adapters/memory/service-store.ts';
import { ForbiddenError } from '../../../src/domain/errors.ts';
import type { ClusterSelection } from '../../../src/ports/cluster.ts';
import { checkAccess } from '../../../src/steps/check-access.ts';
import { anApplication } from '../../support/application.ts';
import { aDeployment } from '../../support/release.ts';
import { aService } from '../../support/service.ts';

function aWorld(application = anApplication()) {
  const cluster = createMemoryCluster();
  const looks: ClusterSelection[] = [];
  const watching = { ...cluster, watch: (selection: ClusterSelection, signal: AbortSignal) => (looks.push(selection), cluster.watch(selection, signal)) };
  const argocd = createMemoryArgoCd(application);
  const ports = { services: createMemoryServiceStore([aService()]), argocd: async () => argocd, cluster: async () => watching };
  const deployment = aDeployment();
  return { cluster, looks, deployment, run: () => checkAccess.run(ports, { execution: 'me', redrives: 0, deployment }) };
}

describe('checkAccess', () => {
  it("looks once at the namespace that the Application deploys to, and hands the deployment on as it was", async () => {
    const { run, looks, deployment } = aWorld();
    expect(await run()).toEqual({ status: 'granted', deployment });
    expect(looks).toEqual([{ namespace: 'inference', kinds: ['Deployment'] }]);
  });

  it('ends with what the cluster says when it refuses', async () => {
    const { run, cluster } = aWorld();
    cluster.fail(new ForbiddenError('cluster dev-eu: pods is forbidden'));
    await expect(run()).rejects.toMatchObject({ name: 'ForbiddenError', message: 'cluster dev-eu: pods is forbidden' });
  });

  it('has nothing to look at where the objects name their own namespaces', async () => {
    const { run, looks } = aWorld(anApplication({ destinationNamespace: '' }));
    expect(await run()).toMatchObject({ status: 'granted' });
    expect(looks).toEqual([]);
  });
});
