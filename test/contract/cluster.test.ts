import { readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';
import { startKubernetes } from '../../sandbox/kubernetes/start.ts';
import { createOpenCluster } from '../../src/adapters/kubernetes/open-cluster.ts';
import { createMemoryCluster } from '../../src/adapters/memory/cluster.ts';
import type { ClusterSnapshot } from '../../src/domain/cluster.ts';
import { ForbiddenError, UnauthorizedError } from '../../src/domain/errors.ts';
import { aPod, aReplicaSet, aWorkload } from '../support/observed-cluster.ts';
import { clusterContract } from './cluster.contract.ts';

clusterContract('memory', async () => {
  const cluster = createMemoryCluster();
  const deployed = new Map<string, ClusterSnapshot>();
  return {
    cluster,
    deploy(namespace, name, image) {
      deployed.set(`${namespace}/${name}`, rolledOut(namespace, name, image));
      const all = [...deployed.values()];
      cluster.show({ workloads: all.flatMap((one) => one.workloads), replicaSets: all.flatMap((one) => one.replicaSets), pods: all.flatMap((one) => one.pods), events: [] });
    },
    refuse: (why) => cluster.fail(why === 'unauthorized' ? new UnauthorizedError('refused') : new ForbiddenError('refused')),
    stop: async () => undefined,
  };
});

function rolledOut(namespace: string, name: string, image: string): ClusterSnapshot {
  const uid = `uid-${namespace}-${name}`;
  const status = { replicas: 2, updatedReplicas: 2, readyReplicas: 2, availableReplicas: 2, currentRevision: '' };
  const container = { image, imageId: image };
  return {
    workloads: [aWorkload({ name, namespace, uid, images: [image], status })],
    replicaSets: [aReplicaSet({ namespace, ownerUid: uid, uid: `${uid}-new` })],
    pods: ['1', '2'].map((suffix) => aPod({ name: `${name}-new-${suffix}`, namespace, ownerUid: `${uid}-new`, ready: true, container })),
    events: [],
  };
}

const RBAC = parseAllDocuments(readFileSync('docs/rbac.yaml', 'utf8')).map((document) => document.toJS() as unknown);

clusterContract('Kubernetes API over TLS', async () => {
  let access: 'allowed' | 'unauthorized' | 'forbidden' = 'allowed';
  const users = { allowed: { username: 'checker', groups: ['slipway'] }, unauthorized: null, forbidden: { username: 'checker', groups: [] } };
  const kubernetes = await startKubernetes({ rbac: RBAC, authenticate: async () => users[access] });
  const open = createOpenCluster({ endpoint: async () => ({ server: kubernetes.url, ca: kubernetes.caPem }), token: async () => 'token' });
  return {
    cluster: await open({ name: 'dev-eu', region: 'eu-central-1' }),
    deploy: (namespace, name, image) => void kubernetes.apply(deploymentManifest(namespace, name, image)),
    refuse: (why) => void (access = why),
    stop: () => kubernetes.stop(),
  };
});

function deploymentManifest(namespace: string, name: string, image: string): object {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'web', image, readinessProbe: { httpGet: { path: '/ready', port: 8080 } } }] } },
    },
  };
}
