import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { ApiException, AppsV1Api, BatchV1Api, CoreV1Api, type V1Pod } from '@kubernetes/client-node';
import type { AccessEntry } from '../../sandbox/aws/eks/eks.ts';
import type { Aws } from '../../sandbox/aws/start-aws.ts';
import type { Stops } from '../../sandbox/foundation.ts';
import type { LivePod, ScenarioWorld } from '../../sandbox/scenarios/scenario-world.ts';
import { CLUSTER } from '../../sandbox/world.ts';
import { letIn, letOut } from '../kubernetes/eks-access.ts';
import { kubeConfigOf } from '../kubernetes/kube-config.ts';
import { applyManifests, deleteManifests } from '../kubernetes/manifests.ts';
import type { ControlPlane } from '../kubernetes/start-control-plane.ts';

/** Where the sandbox's Applications deploy. */
export const NAMESPACE = 'inference';

const NAMESPACE_MANIFEST = `apiVersion: v1\nkind: Namespace\nmetadata:\n  name: ${NAMESPACE}\n`;
const LOOK_EVERY = 30;
const PATIENCE = 60_000;

/** Makes a namespace of the lab's cluster the sandbox's: its EKS names the cluster, and its roles are let in. */
export async function openLabCluster(controlPlane: ControlPlane, aws: Aws, stops: Stops): Promise<ScenarioWorld['cluster']> {
  const { url, caPem, administratorToken } = controlPlane;
  aws.eks.addCluster({ name: CLUSTER, endpoint: url, caPem });
  const clients = clientsOf(controlPlane);
  stops.push(() => emptyNamespace(clients, controlPlane));
  await applyManifests(controlPlane, `${NAMESPACE_MANIFEST}---\n${await rbac()}`);
  const entries: AccessEntry[] = [];
  const id = `world-${crypto.randomUUID()}`;
  stops.push(() => letOut(controlPlane, id));
  await untilServiceAccount(clients);
  return {
    url,
    administratorToken,
    async letIn(entry) {
      aws.eks.addAccessEntry(CLUSTER, entry);
      entries.push(entry);
      await letIn(controlPlane, { id, clusterName: CLUSTER, stsUrl: aws.endpointUrl, entries });
    },
    async livePods(namespace) {
      const { items } = await clients.core.listNamespacedPod({ namespace });
      return items.filter(({ metadata }) => metadata?.deletionTimestamp === undefined).map(livePod);
    },
    untilAvailable: (namespace, name) => untilAvailable(clients, namespace, name),
  };
}

export type Clients = { readonly core: CoreV1Api; readonly apps: AppsV1Api; readonly batch: BatchV1Api };

export function clientsOf(controlPlane: ControlPlane): Clients {
  const config = kubeConfigOf(controlPlane);
  return { core: config.makeApiClient(CoreV1Api), apps: config.makeApiClient(AppsV1Api), batch: config.makeApiClient(BatchV1Api) };
}

function livePod({ metadata, spec, status }: V1Pod): LivePod {
  return {
    name: metadata?.name ?? '',
    ready: status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ?? false,
    images: spec?.containers.map(({ image = '' }) => image) ?? [],
  };
}

/** Without it the API server refuses the namespace's pods, and their ReplicaSet waits before it tries again. */
async function untilServiceAccount({ core }: Clients): Promise<void> {
  while ((await orNull(core.readNamespacedServiceAccount({ name: 'default', namespace: NAMESPACE }))) === null) await delay(LOOK_EVERY);
}

async function untilAvailable({ apps }: Clients, namespace: string, name: string): Promise<void> {
  const deadline = performance.now() + PATIENCE;
  for (;;) {
    const deployment = await orNull(apps.readNamespacedDeployment({ name, namespace }));
    if (deployment !== null && (deployment.status?.availableReplicas ?? 0) >= (deployment.spec?.replicas ?? 1)) return;
    if (performance.now() > deadline) throw new Error(`Deployment ${namespace}/${name} ${deployment === null ? 'does not exist' : 'is not available'} after ${PATIENCE / 1000} s; the log of argocd-application-controller may say why.`);
    await delay(LOOK_EVERY);
  }
}

/** The namespace stays, empty: its own end would take five seconds more, which is what Kubernetes gives other API servers to hear of it. */
export async function emptyNamespace({ core, apps, batch }: Clients, controlPlane: ControlPlane): Promise<void> {
  const all = { namespace: NAMESPACE, propagationPolicy: 'Background' };
  await Promise.all([
    apps.deleteCollectionNamespacedDeployment(all),
    apps.deleteCollectionNamespacedStatefulSet(all),
    apps.deleteCollectionNamespacedDaemonSet(all),
    batch.deleteCollectionNamespacedJob(all),
  ]);
  await apps.deleteCollectionNamespacedReplicaSet(all);
  await Promise.all([
    core.deleteCollectionNamespacedPod({ ...all, gracePeriodSeconds: 0 }),
    core.deleteCollectionNamespacedService(all),
    deleteManifests(controlPlane, await rbac()),
  ]);
  await core.deleteCollectionNamespacedEvent(all);
}

/** What the documentation tells people to apply. */
function rbac(): Promise<string> {
  return readFile(new URL('../../docs/rbac.yaml', import.meta.url), 'utf8');
}

async function orNull<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiException && error.code === 404) return null;
    throw error;
  }
}
