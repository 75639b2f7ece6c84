import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { Fault } from '../../../sandbox/kubernetes/kubelet/container.ts';
import { type Kubernetes, startKubernetes } from '../../../sandbox/kubernetes/start.ts';
import { createOpenCluster } from '../../../src/adapters/kubernetes/open-cluster.ts';
import { createMemoryServiceStore } from '../../../src/adapters/memory/service-store.ts';
import { createSystemClock } from '../../../src/adapters/system/clock.ts';
import { imageReference } from '../../../src/domain/release.ts';
import { DEFAULT_POLICY, type Policy } from '../../../src/domain/service.ts';
import { checkRollout } from '../../../src/steps/check-rollout.ts';
import { aDigest, aRelease } from '../../support/release.ts';
import { aRolloutWorld, aWebWorkload } from '../../support/rollout-world.ts';
import { anEnvironment, aService } from '../../support/service.ts';

/** Seconds where operators wait for minutes. */
const IMPATIENT: Policy = { ...DEFAULT_POLICY, pullGrace: 200, configGrace: 200, crashRestarts: 2, unschedulableGrace: 200 };
const QUICK = { pull: 5, start: 5, ready: 20, crash: 5, backOff: 20, maxBackOff: 40, probePeriod: 50, stop: 5 };

let kubernetes: Kubernetes;
afterEach(() => kubernetes.stop());

/** Rolls the release out over a previous one, with what goes wrong with its pods, and checks it with the step and the adapter. */
async function rollOut(fault?: Fault) {
  const image = imageReference(aRelease());
  kubernetes = await startKubernetes({
    rbac: parseAllDocuments(readFileSync('docs/rbac.yaml', 'utf8')).map((document) => document.toJS() as unknown),
    authenticate: async () => ({ username: 'checker', groups: ['slipway'] }),
    faultOf: (pod) => (pod.spec.containers[0]?.image === image ? fault : undefined),
    times: QUICK,
  });
  kubernetes.apply(deployment(`registry.example/inference-service:1.0.0@${aDigest('0')}`));
  const { object } = kubernetes.apply(deployment(image));
  const open = createOpenCluster({ endpoint: async () => ({ server: kubernetes.url, ca: kubernetes.caPem }), token: async () => 'token' });
  const world = await aRolloutWorld({ live: [aWebWorkload({ uid: object.metadata.uid })] });
  const services = createMemoryServiceStore([aService({ environments: { dev: anEnvironment({ policy: IMPATIENT }) } })]);
  const ports = { ...world.ports, services, cluster: open, clock: createSystemClock({ remaining: () => 280_000 }) };
  return checkRollout.run(ports, world.input());
}

function deployment(image: string): object {
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'inference' },
    spec: {
      replicas: 2,
      progressDeadlineSeconds: 1,
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image, readinessProbe: { httpGet: { path: '/ready', port: 8080 } } }] } },
    },
  };
}

describe('checkRollout on a cluster with a Deployment controller and a kubelet', () => {
  it('succeeds when the new pods are Ready and the old ones gone', async () => {
    const { status, deployment: done } = await rollOut();
    expect(status).toBe('succeeded');
    expect(done.pods).toHaveLength(2);
    expect(done.pods?.every(({ ready, digest }) => ready && digest === aRelease().digest)).toBe(true);
    expect(done.warnings).toEqual([]);
  });

  it.each([
    ['bad-pull', /^pod web-\S+: (ErrImagePull|ImagePullBackOff): \S+: not found$/],
    ['bad-config', /^pod web-\S+: CreateContainerConfigError: secret "web-settings" not found$/],
    ['bad-crash', /^pod web-\S+: CrashLoopBackOff: container web, exit code 1 after (?:[2-9]|\d\d) restarts$/],
    ['bad-oom', /^pod web-\S+: OOMKilled: container web, exit code 137 after (?:[2-9]|\d\d) restarts$/],
    ['never-ready', /^pod web-\S+: Unhealthy: Readiness probe failed: HTTP probe failed with statuscode: 503$/],
    ['unschedulable', /^pod web-\S+: Unschedulable: .*nodes are available/],
  ] as const)('fails with the cause of %s', async (fault, cause) => {
    const { status, deployment: done } = await rollOut(fault);
    expect(status).toBe('failed');
    expect(done.cause).toMatch(cause);
    expect(done.pods?.some(({ ready }) => ready)).toBe(false);
  });
});
