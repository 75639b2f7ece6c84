import { afterEach, describe, expect, it } from 'vitest';
import { type ClusterOptions, startCluster } from '../../../sandbox/kubernetes/cluster.ts';
import { LISTENS_ON } from '../../../sandbox/kubernetes/kubelet/program.ts';
import { startLoadBalancer } from '../../../sandbox/kubernetes/load-balancer.ts';
import type { ContainerStatus, Pod } from '../../../sandbox/kubernetes/objects.ts';
import { aDeployment, DIGEST, isReady } from './builders.ts';
import { type FakeProcesses, fakeProcesses } from './fake-processes.ts';
import { manualClock } from './manual-clock.ts';

const IMAGE = `registry.example/team/web:1@${DIGEST}`;
const HTTP = { ports: [{ name: 'http', containerPort: 8080 }], env: [{ name: 'PORT', value: '8080' }] };
const probe = (path: string, more: object = {}): object => ({ httpGet: { path, port: 'http' }, ...more });
const PROBED = { ...HTTP, startupProbe: probe('/health', { periodSeconds: 2 }), readinessProbe: probe('/ready', { periodSeconds: 5 }), livenessProbe: probe('/health') };

const stops: (() => Promise<void>)[] = [];
afterEach(async () => void (await Promise.all(stops.splice(0).map((stop) => stop()))));

type Given = ClusterOptions & { readonly container?: object; readonly spec?: object; readonly run?: string; readonly replicas?: number; readonly processes?: FakeProcesses };

/** A Deployment whose pods run as processes, on a clock that stands still. */
function aCluster({ container = PROBED, spec = {}, run = 'service', replicas = 1, processes = fakeProcesses(), ...options }: Given = {}) {
  const clock = manualClock();
  stops.push(processes.runtime.stop);
  const { store, apply, logs } = startCluster(clock, { runtime: processes.runtime, ...options });
  const template = { metadata: { labels: { app: 'web' }, annotations: { 'slipway.dev/run': run } }, spec: { containers: [{ name: 'web', image: IMAGE, ...container }], ...spec } };
  apply({ ...aDeployment(), spec: { replicas, selector: { matchLabels: { app: 'web' } }, template } });
  clock.advance(200);
  const pods = (): readonly Pod[] => store.list('Pod');
  const pod = (): Pod => pods()[0] as Pod;
  const status = (): ContainerStatus | undefined => pod().status.containerStatuses?.[0];
  const events = (): readonly string[] => store.list('Event').filter(({ reason }) => ['Unhealthy', 'Killing', 'Failed', 'BackOff'].includes(reason)).map(({ reason, message, count }) => `${reason} x${count}: ${message}`);
  return { clock, store, apply, logs, pods, pod, status, events, processes: processes.started };
}

/** Lets the clock go on, a second at a time, until it is so: what a process answers comes when it comes. */
async function until(clock: { advance(ms: number): void }, isSo: () => boolean): Promise<void> {
  await expect.poll(() => isSo() || (clock.advance(1000), isSo()), { timeout: 10_000, interval: 20 }).toBe(true);
}

describe('a pod that runs as a process', () => {
  it('is Ready once its startup probe and then its readiness probe have passed, and says where it listens', async () => {
    const { clock, pod, status, processes } = aCluster();
    expect(status()).toMatchObject({ state: { running: {} }, started: false, ready: false });
    await expect.poll(() => pod().metadata.annotations?.[LISTENS_ON]).toMatch(/^127\.0\.0\.1:\d+$/);
    processes[0]?.fail('/ready');
    await until(clock, () => status()?.started === true);
    expect(isReady(pod())).toBe(false);
    processes[0]?.fail();
    await until(clock, () => isReady(pod()));
    expect(processes[0]?.asked.slice(0, 2)).toEqual(['/health', '/ready']);
  });

  it('needs no probes to be Ready', () => {
    const { pod } = aCluster({ container: HTTP });
    expect(isReady(pod())).toBe(true);
  });

  it('is not Ready after as many failures in a row as its probe says, and Ready again after a success', async () => {
    const { clock, pod, processes, events } = aCluster();
    await until(clock, () => isReady(pod()));
    processes[0]?.fail('/ready');
    await until(clock, () => !isReady(pod()));
    expect(events()).toContain('Unhealthy x3: Readiness probe failed: HTTP probe failed with statuscode: 503');
    processes[0]?.fail();
    await until(clock, () => isReady(pod()));
  });

  it('is refused a connection by a pod whose process listens on another port than its probe asks', async () => {
    const { clock, pod, events } = aCluster({ container: { ...PROBED, env: [{ name: 'PORT', value: '9000' }] } });
    await until(clock, () => events().length > 0);
    const ip = pod().status.podIP;
    expect(events()[0]).toMatch(/^Unhealthy x\d+: Startup probe failed: Get "http:/);
    expect(events()[0]).toContain(`Get "http://${ip}:8080/health": dial tcp ${ip}:8080: connect: connection refused`);
  });

  it('is started again where its liveness probe fails', async () => {
    const { clock, pod, status, processes, events } = aCluster({ spec: { terminationGracePeriodSeconds: 4 } });
    await until(clock, () => isReady(pod()));
    processes[0]?.fail('/health');
    await until(clock, () => status()?.restartCount === 1);
    expect(events()).toContain('Killing x1: Container web failed liveness probe, will be restarted');
    expect(processes[0]?.signals).toEqual(['SIGTERM', 'SIGKILL']);
    await until(clock, () => isReady(pod()));
    expect(processes).toHaveLength(2);
  });

  it('is in CrashLoopBackOff where its process ends again and again', async () => {
    const { clock, status, processes } = aCluster();
    processes[0]?.end(3);
    await until(clock, () => status()?.restartCount === 1 && processes.length === 2);
    expect(status()?.lastState).toMatchObject({ terminated: { exitCode: 3, reason: 'Error' } });
    processes[1]?.end(0);
    await expect.poll(() => (clock.advance(0), status()?.state.waiting?.reason)).toBe('CrashLoopBackOff');
    expect(status()?.lastState).toMatchObject({ terminated: { exitCode: 0, reason: 'Completed' } });
  });

  it('serves while its preStop hook sleeps, is told to end, is killed when its grace is over, and is gone then', async () => {
    const { clock, store, pod, pods, processes } = aCluster({ container: { ...PROBED, lifecycle: { preStop: { sleep: { seconds: 5 } } } }, spec: { terminationGracePeriodSeconds: 20 } });
    const { name } = pod().metadata;
    store.delete('Deployment', 'inference', 'web');
    expect(pod().metadata).toMatchObject({ name, deletionGracePeriodSeconds: 20 });
    clock.advance(4_900);
    expect(processes[0]?.signals).toEqual([]);
    clock.advance(100);
    expect(processes[0]?.signals).toEqual(['SIGTERM']);
    clock.advance(15_000);
    expect(processes[0]?.signals).toEqual(['SIGTERM', 'SIGKILL']);
    await expect.poll(() => (clock.advance(100), pods())).toEqual([]);
  });
});

describe('the environment of such a process', () => {
  const config = (data: object): object => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'model', namespace: 'inference' }, data });

  it('is that of its container: envFrom, env over it, and what stands for a variable before', () => {
    const processes = fakeProcesses();
    const env = [{ name: 'MODEL_ALIAS', value: 'challenger' }, { name: 'WHAT', value: '$(MODEL_NAME)@$(MODEL_ALIAS) $$(X) $(NOSUCH)' }, { name: 'EMPTY' }];
    const envFrom = [{ configMapRef: { name: 'model' } }, { prefix: 'P_', configMapRef: { name: 'model' } }, { secretRef: { name: 'absent', optional: true } }];
    const { clock, apply } = aCluster({ container: { env, envFrom }, processes });
    apply(config({ MODEL_NAME: 'iris', MODEL_ALIAS: 'champion' }));
    clock.advance(15_000);
    expect(processes.started[0]?.environment).toEqual({ MODEL_NAME: 'iris', MODEL_ALIAS: 'challenger', P_MODEL_NAME: 'iris', P_MODEL_ALIAS: 'champion', WHAT: 'iris@challenger $(X) $(NOSUCH)', EMPTY: '' });
  });

  it.each([
    ['bad-crash', { FAULT_CRASH_AFTER_SECONDS: '0.1' }],
    ['never-ready', { FAULT_NEVER_READY: 'true' }],
  ] as const)('says of an image with the fault %s what the service knows it by', (fault, environment) => {
    const { processes } = aCluster({ container: {}, faultOf: () => fault });
    expect(processes[0]?.environment).toEqual(environment);
  });

  it.each<[what: string, given: Given, message: string | RegExp]>([
    ['a ConfigMap that there is not', { container: { envFrom: [{ configMapRef: { name: 'model' } }] } }, 'configmap "model" not found'],
    ['a Secret, of which there are none', { container: { envFrom: [{ secretRef: { name: 'mlflow' } }] } }, 'secret "mlflow" not found'],
    ['a variable that it does not resolve', { container: { env: [{ name: 'IP', valueFrom: {} }] } }, /^the sandbox does not know what web\.env asks for: .*valueFrom/],
    ['something else to run', { run: 'shell' }, 'the sandbox runs slipway.dev/run: service, and not shell'],
    ['a probe that is none over HTTP', { container: { readinessProbe: { exec: { command: ['true'] } } } }, /^the sandbox probes a process over HTTP alone, and not as readinessProbe says: .*exec/],
    ['a port without a number', { container: { readinessProbe: probe('/ready') } }, "couldn't find port: http"],
    ['packages that are missing', { processes: fakeProcesses(() => 'they are missing') }, 'they are missing'],
    ['memory taken away', { faultOf: () => 'bad-oom' }, 'the sandbox takes no memory away from a process'],
  ])('can’t be made with %s, which the pod says', (_what, given, message) => {
    const { status, events, processes } = aCluster(given);
    expect(status()?.state.waiting).toEqual({ reason: 'CreateContainerConfigError', message: expect.stringMatching(message) as string });
    expect(events()).toEqual([expect.stringMatching(/^Failed x1: Error: /)]);
    expect(processes).toEqual([]);
  });
});

describe('the load balancer of a Service', () => {
  async function aBalanced(given: Given = {}) {
    const cluster = aCluster(given);
    cluster.apply({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'web', namespace: 'inference' }, spec: { selector: { app: 'web' }, ports: [{ port: 80 }] } });
    const { url, stop } = await startLoadBalancer(cluster.store, { namespace: 'inference', service: 'web' });
    stops.push(stop);
    return { ...cluster, ask: async (path: string) => fetch(`${url}${path}`) };
  }

  it('answers 503 while no pod is Ready, and takes the requests to those that are, in turns', async () => {
    const { clock, pods, processes, ask } = await aBalanced({ replicas: 3 });
    expect((await ask('/predict')).status).toBe(503);
    processes[2]?.fail('/ready');
    await until(clock, () => pods().filter(isReady).length === 2);
    for (const path of ['/one', '/two']) expect((await ask(path)).status).toBe(200);
    const asked = processes.map((process) => process.asked.filter((path) => ['/one', '/two'].includes(path)).length);
    expect(asked).toEqual([1, 1, 0]);
  });

  it('says so where the pod has gone meanwhile', async () => {
    const { clock, pod, processes, ask } = await aBalanced();
    await until(clock, () => isReady(pod()));
    processes[0]?.end(1);
    expect((await ask('/predict')).status).toBe(502);
  });
});
