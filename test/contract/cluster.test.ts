import { readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';
import type { Fault } from '../../sandbox/kubernetes/kubelet/container.ts';
import { startKubernetes } from '../../sandbox/kubernetes/start.ts';
import { createOpenCluster } from '../../src/adapters/kubernetes/open-cluster.ts';
import { createMemoryCluster } from '../../src/adapters/memory/cluster.ts';
import type { ClusterSnapshot } from '../../src/domain/cluster.ts';
import { ForbiddenError, UnauthorizedError } from '../../src/domain/errors.ts';
import { aPod, aReplicaSet, aWorkload } from '../support/observed-cluster.ts';
import { clusterContract } from './cluster.contract.ts';
import { imageOf } from './cluster-manifests.ts';

const NAMESPACES = { namespace: 'inference', elsewhere: 'elsewhere' };

/** Shows what it is told to: nothing in it could fail by itself. */
clusterContract(
  'memory',
  async () => {
    const cluster = createMemoryCluster();
    const deployed = new Map<string, ClusterSnapshot>();
    const none = async () => undefined;
    return {
      ...NAMESPACES,
      cluster,
      async apply(manifest) {
        const { namespace, name } = manifest.metadata;
        deployed.set(`${namespace}/${name}`, rolledOut(namespace, name, imageOf(manifest)));
        const all = [...deployed.values()];
        cluster.show({ workloads: all.flatMap((one) => one.workloads), replicaSets: all.flatMap((one) => one.replicaSets), pods: all.flatMap((one) => one.pods), events: [] });
      },
      refuse: async (why) => cluster.fail(why === 'unauthorized' ? new UnauthorizedError('refused') : new ForbiddenError('refused')),
      refusePods: none,
      restart: none,
      expire: none,
      stop: none,
    };
  },
  ['server', 'pod faults', 'crash after Ready', 'admission', 'StatefulSet', 'DaemonSet'],
);

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
const FAULTS: readonly string[] = ['bad-pull', 'bad-config', 'bad-crash', 'bad-oom', 'never-ready', 'bad-init', 'unschedulable'] satisfies readonly Fault[];

const REFUSALS = {
  quota: (name: string) => `pods "${name}" is forbidden: exceeded quota: no-more, requested: pods=1, used: pods=0, limited: pods=0`,
  admission: (name: string) => `pods "${name}" is forbidden: ValidatingAdmissionPolicy 'no-pods' with binding 'no-pods' denied request: no pods today`,
};

clusterContract(
  'Kubernetes API over TLS',
  async () => {
    let access: 'allowed' | 'unauthorized' | 'forbidden' = 'allowed';
    let refusal: ((podName: string) => string) | undefined;
    const users = { allowed: { username: 'checker', groups: ['slipway'] }, unauthorized: null, forbidden: { username: 'checker', groups: [] } };
    const kubernetes = await startKubernetes({
      rbac: RBAC,
      authenticate: async () => users[access],
      faultOf: ({ metadata: { annotations } }) => FAULTS.find((fault): fault is Fault => fault === annotations?.['lab.slipway.dev/pod']),
      refusalOf: ({ metadata: { name } }) => refusal?.(name),
      times: { backOff: 200 },
    });
    const open = createOpenCluster({ endpoint: async () => ({ server: kubernetes.url, ca: kubernetes.caPem }), token: async () => 'token' });
    return {
      ...NAMESPACES,
      cluster: await open({ name: 'dev-eu', region: 'eu-central-1' }),
      apply: async (manifest) => void kubernetes.apply(manifest),
      refuse: async (why) => void (access = why),
      refusePods: async (why) => void (refusal = REFUSALS[why]),
      restart: async () => kubernetes.restart(),
      async expire(change) {
        kubernetes.dropConnections();
        await change();
        kubernetes.store.compact();
      },
      stop: () => kubernetes.stop(),
    };
  },
  // The stand-in's kubelet and controllers do what the scenarios of the sandbox need.
  ['crash after Ready', 'StatefulSet', 'DaemonSet'],
);
