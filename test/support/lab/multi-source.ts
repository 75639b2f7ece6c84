import { join } from 'node:path';
import { stringify } from 'yaml';
import { addRepository } from '../../../lab/argocd/administration.ts';
import { applyManifests } from '../../../lab/kubernetes/manifests.ts';
import { chartFiles } from '../../../sandbox/argocd/chart-renderer.ts';
import { type BareRepository, createBareRepository } from '../../../sandbox/git/bare-repository.ts';
import { type CasesWorld, valuesFileOf } from './cases.ts';

/** Makes an Application whose chart has a repository of its own, and whose values come from the config repository; what it deploys is available. */
export async function makeMultiSource({ world, lab, administrator }: CasesWorld, name: string): Promise<BareRepository> {
  const { git, folder, cluster } = world.world;
  const charts = await createBareRepository(join(folder, 'charts.git'), chartFiles());
  const url = git.repositoryUrl('charts');
  await addRepository(lab.argocd, { url, ...git.credential });
  await administrator.addSource('inference', url);
  const application = {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name, namespace: 'argocd' },
    spec: {
      project: 'inference',
      sources: [
        { repoURL: url, targetRevision: 'main', path: '.', helm: { valueFiles: ['values.yaml', `$values/${valuesFileOf(name)}`] } },
        { repoURL: git.repositoryUrl('config'), targetRevision: 'main', ref: 'values' },
      ],
      destination: { server: 'https://kubernetes.default.svc', namespace: 'inference' },
      syncPolicy: { automated: { prune: true, selfHeal: true }, retry: { limit: 0 } },
    },
  };
  await applyManifests(lab.kubernetes, stringify(application));
  await cluster.untilAvailable('inference', name);
  return charts;
}
