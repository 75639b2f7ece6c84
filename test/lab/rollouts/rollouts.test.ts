import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { KubernetesObjectApi } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kubeConfigOf } from '../../../lab/kubernetes/kube-config.ts';
import { applyManifests, deleteManifests } from '../../../lab/kubernetes/manifests.ts';
import { createOpenCluster } from '../../../src/adapters/kubernetes/open-cluster.ts';
import type { ClusterSnapshot } from '../../../src/domain/cluster.ts';
import { rolloutStatus } from '../../../src/domain/rollout.ts';
import { aRelease } from '../../support/release.ts';
import { anEnvironment } from '../../support/service.ts';
import { openLab } from '../../support/lab/open-lab.ts';

const { kubernetes } = await openLab();
const NAMESPACE = `rollouts-${randomUUID().slice(0, 8)}`;
const NAMESPACE_YAML = `apiVersion: v1\nkind: Namespace\nmetadata: { name: ${NAMESPACE} }\n`;
const RELEASE = aRelease();
const IMAGE = `${RELEASE.registry}/${RELEASE.repository}:${RELEASE.tag}@${RELEASE.digest}`;

type Rollout = {
  readonly metadata: { readonly uid: string };
  readonly status?: { readonly phase?: string; readonly availableReplicas?: number; readonly currentPodHash?: string; readonly stableRS?: string };
};

function aRollout(image: string): string {
  return `
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata: { name: web, namespace: ${NAMESPACE} }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      containers: [{ name: web, image: "${image}" }]
  strategy: { canary: { steps: [{ setWeight: 50 }] } }
`;
}

async function readRollout(): Promise<Rollout> {
  const rollout: unknown = await KubernetesObjectApi.makeApiClient(kubeConfigOf(kubernetes)).read({
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Rollout',
    metadata: { name: 'web', namespace: NAMESPACE },
  });
  return rollout as Rollout;
}

/** With all pods of one template, and not of the `former` one: right after a change the status is still that of before. The test's limit ends it. */
async function untilHealthy(former?: string): Promise<Rollout> {
  for (;;) {
    const rollout = await readRollout();
    const { phase, availableReplicas, currentPodHash, stableRS } = rollout.status ?? {};
    if (phase === 'Healthy' && availableReplicas === 2 && stableRS === currentPodHash && stableRS !== former) return rollout;
    await delay(50);
  }
}

/** The first look of Slipway's own adapter at the namespace. */
async function look(): Promise<ClusterSnapshot> {
  const open = createOpenCluster({ endpoint: async () => ({ server: kubernetes.url, ca: kubernetes.caPem }), token: async () => kubernetes.administratorToken });
  const cluster = await open({ name: 'main', region: 'eu-central-1' });
  const stop = new AbortController();
  try {
    for await (const snapshot of cluster.watch({ namespace: NAMESPACE, kinds: ['Deployment'] }, stop.signal)) return snapshot;
  } finally {
    stop.abort();
  }
  throw new Error('The watch ended before a snapshot.');
}

beforeAll(() => applyManifests(kubernetes, NAMESPACE_YAML));
afterAll(() => deleteManifests(kubernetes, NAMESPACE_YAML));

describe('Argo Rollouts in the lab', () => {
  it('makes a Rollout of two replicas Healthy, and again after an update by way of a canary', async () => {
    await applyManifests(kubernetes, aRollout('registry.example/web:1'));
    const { status } = await untilHealthy();
    await applyManifests(kubernetes, aRollout(IMAGE));
    await untilHealthy(status?.stableRS);
    const { pods, replicaSets } = await look();
    expect(pods.filter(({ ready }) => ready).length).toBeGreaterThanOrEqual(2);
    expect(replicaSets).toHaveLength(2);
  });

  it('is not watched by Slipway: a Rollout with the release does not count as a workload of it', async () => {
    await applyManifests(kubernetes, aRollout(IMAGE));
    const { metadata } = await untilHealthy();
    const snapshot = await look();
    expect(snapshot.workloads).toEqual([]);
    const live = [{ kind: 'Rollout', namespace: NAMESPACE, name: 'web', uid: metadata.uid, images: [IMAGE] }];
    const want = { release: RELEASE, live, policy: anEnvironment().policy, watchingSince: RELEASE.releasedAt, application: 'web', cluster: 'main' };
    expect(rolloutStatus(snapshot, want, RELEASE.releasedAt)).toEqual({
      status: 'failed',
      cause: `Application web: no Deployment, StatefulSet or DaemonSet runs an image of ${RELEASE.repository}`,
      pods: [],
    });
  });
});
