import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { EKSClient } from '@aws-sdk/client-eks';
import { ApiException, AppsV1Api, CoreV1Api } from '@kubernetes/client-node';
import { stringify } from 'yaml';
import { type EksAccess, letIn, letOut } from '../../../lab/kubernetes/eks-access.ts';
import { kubeConfigOf } from '../../../lab/kubernetes/kube-config.ts';
import { applyManifests } from '../../../lab/kubernetes/manifests.ts';
import { processName } from '../../../lab/kubernetes/process-specs.ts';
import { type ControlPlane, untilServing } from '../../../lab/kubernetes/start-control-plane.ts';
import { openProcess } from '../../../lab/processes/processes.ts';
import { type Aws, startAws } from '../../../sandbox/aws/start-aws.ts';
import { createEksAccess } from '../../../src/adapters/eks/eks-access.ts';
import { createOpenCluster } from '../../../src/adapters/kubernetes/open-cluster.ts';
import { aRole } from '../../sandbox/aws/a-role.ts';
import type { ClusterWorld } from '../../contract/cluster.contract.ts';
import { startTcpRelay, type TcpRelay } from './tcp-relay.ts';

const RBAC = readFileSync('docs/rbac.yaml', 'utf8');
const CLUSTER = { name: 'dev-eu', region: 'eu-central-1' };

/** A sandbox's AWS with one role, which the control plane's authenticator asks. */
export type Visitor = { readonly aws: Aws; readonly relay: TcpRelay; readonly roleArn: string };

export async function startVisitor({ url, caPem }: ControlPlane): Promise<Visitor> {
  const aws = await startAws({ account: { id: '111122223333', region: CLUSTER.region } });
  const relay = await startTcpRelay(Number(new URL(url).port));
  const { arn } = aws.iam.createRole(aRole({ name: 'cluster-reader', actions: ['eks:DescribeCluster'] }));
  aws.eks.addCluster({ name: CLUSTER.name, endpoint: `https://${relay.address}`, caPem });
  return { aws, relay, roleArn: arn };
}

/** Namespaces of this case's own in the real cluster, entered as Slipway does: EKS token, STS, access entry, docs/rbac.yaml. */
export async function startRealWorld(controlPlane: ControlPlane, { aws, relay, roleArn }: Visitor): Promise<ClusterWorld> {
  const id = randomUUID().slice(0, 8);
  const namespace = `cluster-${id}`;
  const elsewhere = `elsewhere-${id}`;
  const namespaces = [namespace, elsewhere].map((name) => stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })).join('---\n');
  const enter = (kubernetesGroups: readonly string[]) => letIn(controlPlane, accessOf(aws, roleArn, id, kubernetesGroups));
  await Promise.all([applyManifests(controlPlane, `${namespaces}---\n${RBAC.replaceAll('namespace: inference', `namespace: ${namespace}`)}`), enter(['slipway'])]);
  for (const name of [namespace, elsewhere]) await untilServiceAccount(controlPlane, name);
  const restart = async (): Promise<void> => {
    const server = openProcess(controlPlane.place, processName(controlPlane, 'kube-apiserver'));
    await server.stop();
    await server.start();
    await untilServing(controlPlane);
  };
  return {
    cluster: await openCluster(aws, roleArn),
    namespace,
    elsewhere,
    apply: (manifest) => applyManifests(controlPlane, stringify(manifest)),
    refuse: (why) => (why === 'unauthorized' ? letOut(controlPlane, id) : enter([])),
    refusePods: (why) => refusePods(controlPlane, namespace, why),
    restart,
    async expire(change) {
      relay.pause();
      await change();
      // The server's memory of versions begins with its start.
      await restart();
      relay.resume();
    },
    async stop() {
      await letOut(controlPlane, id);
      // The namespaces stay until the end of the control plane: each costs it a call for every kind of objects that there is.
      const apps = kubeConfigOf(controlPlane).makeApiClient(AppsV1Api);
      for (const name of [namespace, elsewhere]) await deleteWorkloads(apps, name);
    },
  };
}

/** Without it the API server refuses the namespace's pods, and an event of their ReplicaSet says so. */
async function untilServiceAccount(controlPlane: ControlPlane, namespace: string): Promise<void> {
  const core = kubeConfigOf(controlPlane).makeApiClient(CoreV1Api);
  const accounts = () => core.listNamespacedServiceAccount({ namespace, fieldSelector: 'metadata.name=default' });
  while ((await accounts()).items.length === 0) await delay(50);
}

async function deleteWorkloads(apps: AppsV1Api, namespace: string): Promise<void> {
  const all = { namespace, propagationPolicy: 'Background' };
  await Promise.all([apps.deleteCollectionNamespacedDeployment(all), apps.deleteCollectionNamespacedStatefulSet(all), apps.deleteCollectionNamespacedDaemonSet(all)]);
}

function accessOf(aws: Aws, principalArn: string, id: string, kubernetesGroups: readonly string[]): EksAccess {
  return { id, clusterName: CLUSTER.name, stsUrl: aws.endpointUrl, entries: [{ principalArn, kubernetesGroups }] };
}

function openCluster(aws: Aws, roleArn: string): Promise<ClusterWorld['cluster']> {
  const credentials = aws.iam.credentialsFor(roleArn, 'lambda.amazonaws.com', 'reader');
  const client = (region: string) => new EKSClient({ region, endpoint: aws.endpointUrl, credentials });
  return createOpenCluster(createEksAccess({ client, now: () => new Date().toISOString() }))(CLUSTER);
}

const QUOTA = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'no-more' }, spec: { hard: { pods: '0' } } };
const GROUP = 'admissionregistration.k8s.io/v1';

/** Resolves when it is in force: the API server takes a moment to read a new policy. */
async function refusePods(controlPlane: ControlPlane, namespace: string, why: 'quota' | 'admission'): Promise<void> {
  const objects = why === 'quota' ? [{ ...QUOTA, metadata: { ...QUOTA.metadata, namespace } }] : noPods(namespace);
  await applyManifests(controlPlane, objects.map((object) => stringify(object)).join('---\n'));
  const core = kubeConfigOf(controlPlane).makeApiClient(CoreV1Api);
  const body = { metadata: { name: 'probe' }, spec: { containers: [{ name: 'probe', image: 'probe' }] } };
  const answer = () => core.createNamespacedPod({ namespace, dryRun: 'All', body }).then(() => '', (error: unknown) => (error instanceof ApiException ? String(error.body) : ''));
  while (!/no pods today|exceeded quota/.test(await answer())) await delay(50);
}

function noPods(namespace: string): readonly object[] {
  const name = `no-pods-${namespace}`;
  const namespaceSelector = { matchLabels: { 'kubernetes.io/metadata.name': namespace } };
  const rule = { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] };
  const policy = { matchConstraints: { resourceRules: [rule], namespaceSelector }, validations: [{ expression: 'false', message: 'no pods today' }] };
  return [
    { apiVersion: GROUP, kind: 'ValidatingAdmissionPolicy', metadata: { name }, spec: policy },
    { apiVersion: GROUP, kind: 'ValidatingAdmissionPolicyBinding', metadata: { name }, spec: { policyName: name, validationActions: ['Deny'] } },
  ];
}
