import { readFile } from 'node:fs/promises';
import { AppsV1Api, CoreV1Api, KubernetesObjectApi } from '@kubernetes/client-node';
import { stringify } from 'yaml';
import { addCluster } from '../../../lab/argocd/administration.ts';
import { letIn } from '../../../lab/kubernetes/eks-access.ts';
import { kubeConfigOf } from '../../../lab/kubernetes/kube-config.ts';
import { applyManifests, deleteManifests } from '../../../lab/kubernetes/manifests.ts';
import { startControlPlane } from '../../../lab/kubernetes/start-control-plane.ts';
import { makePlace, removePlace } from '../../../lab/place.ts';
import { startGuard } from '../../../lab/processes/guard.ts';
import { endAll } from '../../../lab/processes/processes.ts';
import { type CasesWorld, valuesFileOf } from './cases.ts';
import { openLab } from './open-lab.ts';

/** One more cluster, which the lab's Argo CD may deploy to. */
export type SecondCluster = {
  readonly url: string;
  /** Lets the roles of a world in, and deploys one of its services here too, as the Application `<service>-<cluster>`. */
  join(cases: CasesWorld, service: string): Promise<void>;
  /** Takes the Application away that `join` has made. */
  leave(): Promise<void>;
  /** Digests that the live pods of a Deployment run. */
  live(deployment: string): Promise<readonly string[]>;
  stop(): Promise<void>;
};

/** Starts a control plane in a folder of its own; its name is also the one in EKS. */
export async function openSecondCluster(name: string): Promise<SecondCluster> {
  const { argocd, tools, authority } = await openLab();
  const place = await makePlace();
  const guard = startGuard(place);
  const controlPlane = await startControlPlane({ place, name, tools, authority, tell: () => undefined });
  await addCluster(argocd, { name, controlPlane });
  const config = kubeConfigOf(controlPlane);
  const [apps, core] = [config.makeApiClient(AppsV1Api), config.makeApiClient(CoreV1Api)];
  const rbac = await readFile(new URL('../../../docs/rbac.yaml', import.meta.url), 'utf8');
  const applied: string[] = [];
  return {
    url: controlPlane.url,
    async join({ world }, service) {
      const { aws, git } = world.world;
      const entry = { principalArn: `arn:aws:iam::${aws.account.id}:role/slipway-${world.world.stage}-cluster-reader`, kubernetesGroups: ['slipway'] };
      aws.eks.addCluster({ name, endpoint: controlPlane.url, caPem: controlPlane.caPem });
      aws.eks.addAccessEntry(name, entry);
      await letIn(controlPlane, { id: 'world', clusterName: name, stsUrl: aws.endpointUrl, entries: [entry] });
      await applyManifests(controlPlane, `${stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'inference' } })}---\n${rbac}`);
      const application = stringify(applicationOf(`${service}-${name}`, service, { server: controlPlane.url, repoURL: git.repositoryUrl('config') }));
      applied.push(application);
      await applyManifests(argocd.controlPlane, application);
      await untilAvailable(apps, `${service}-${name}`);
    },
    async leave() {
      for (const application of applied.splice(0)) await deleteManifests(argocd.controlPlane, application);
    },
    async live(deployment) {
      const { items } = await core.listNamespacedPod({ namespace: 'inference', labelSelector: `app=${deployment}` });
      const images = items.filter(({ metadata }) => metadata?.deletionTimestamp === undefined).flatMap(({ spec }) => spec?.containers.map(({ image = '' }) => image.replace(/^.*@/, '')) ?? []);
      return [...new Set(images)];
    },
    async stop() {
      const registration = { apiVersion: 'v1', kind: 'Secret', metadata: { name: `cluster-${name}`, namespace: 'argocd' } };
      await KubernetesObjectApi.makeApiClient(kubeConfigOf(argocd.controlPlane)).delete(registration);
      await endAll(place);
      guard.release();
      await removePlace(place);
    },
  };
}

function applicationOf(name: string, service: string, { server, repoURL }: { readonly server: string; readonly repoURL: string }): object {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name, namespace: 'argocd' },
    spec: {
      project: 'inference',
      source: { repoURL, targetRevision: 'main', path: `charts/${service}`, helm: { valueFiles: ['values.yaml', `../../${valuesFileOf(service)}`] } },
      destination: { server, namespace: 'inference' },
      syncPolicy: { automated: { prune: true, selfHeal: true }, retry: { limit: 0 } },
    },
  };
}

async function untilAvailable(apps: AppsV1Api, name: string): Promise<void> {
  const isAvailable = async (): Promise<boolean> => {
    const { items } = await apps.listNamespacedDeployment({ namespace: 'inference', fieldSelector: `metadata.name=${name}` });
    return (items[0]?.status?.availableReplicas ?? 0) >= 1;
  };
  while (!(await isAvailable())) await new Promise((resolve) => setTimeout(resolve, 50));
}
