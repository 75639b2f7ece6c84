import { describe, expect, it } from 'vitest';
import { type ClusterOptions, startCluster } from '../../../sandbox/kubernetes/cluster.ts';
import type { Fault } from '../../../sandbox/kubernetes/kubelet/container.ts';
import type { Store } from '../../../sandbox/kubernetes/store.ts';
import { aDeployment, DIGEST, isReady } from './builders.ts';
import { manualClock } from './manual-clock.ts';

const IMAGE = `registry.example/team/web:1@${DIGEST}`;

function aPodOf(deployment: ReturnType<typeof aDeployment>, options: ClusterOptions = {}) {
  const clock = manualClock();
  const { store, apply } = startCluster(clock, options);
  apply({ ...deployment, spec: { ...deployment.spec, replicas: 1 } });
  clock.advance(0);
  return { clock, store, pod: () => onlyPod(store), warnings: () => warningsOf(store) };
}

function aFaultyPod(fault: Fault) {
  return aPodOf(aDeployment({ image: IMAGE }), { faultOf: () => fault });
}

function onlyPod(store: Store) {
  const [pod, ...others] = store.list('Pod');
  if (pod === undefined || others.length > 0) throw new Error(`There are ${others.length + 1} pods instead of one.`);
  return pod;
}

function warningsOf(store: Store): readonly string[] {
  return store.list('Event').filter(({ type }) => type === 'Warning').map(({ reason, message, count }) => `${reason} x${count}: ${message}`);
}

describe('kubelet', () => {
  it('takes a pod from Pending to Ready, in the order of a real one', () => {
    const { clock, store, pod } = aPodOf(aDeployment({ image: IMAGE }));
    const seen: string[] = [];
    store.watch(({ object }) => {
      if (object.kind !== 'Pod') return;
      const [status] = object.status.containerStatuses ?? [];
      seen.push(`${object.status.phase} ${status?.state.waiting?.reason ?? (status?.state.running ? 'Running' : '-')} ${isReady(object) ? 'Ready' : ''}`.trim());
    });
    clock.advance(5_000);
    expect(seen).toEqual(['Pending -', 'Pending ContainerCreating', 'Running Running', 'Running Running Ready']);
    expect(pod().status.containerStatuses).toMatchObject([
      { name: 'web', ready: true, started: true, restartCount: 0, image: IMAGE, imageID: `registry.example/team/web@${DIGEST}`, lastState: {} },
    ]);
    const ordinary = store.list('Event').filter(({ involvedObject }) => involvedObject.kind === 'Pod').map(({ reason }) => reason);
    expect(ordinary).toEqual(['Scheduled', 'Pulling', 'Pulled', 'Created', 'Started']);
  });

  it('gives each condition the time of its own last transition', () => {
    const { clock, pod } = aPodOf(aDeployment({ image: IMAGE }), { times: { ready: 7_000 } });
    clock.advance(10_000);
    const since = (type: string) => pod().status.conditions?.find((each) => each.type === type)?.lastTransitionTime;
    expect([since('PodScheduled'), since('Ready')]).toEqual(['2026-11-21T12:00:00Z', '2026-11-21T12:00:07Z']);
  });

  it('bad-pull: cannot pull, backs off, and recovers when the image appears', () => {
    let fault: Fault | undefined = 'bad-pull';
    const { clock, pod, warnings } = aPodOf(aDeployment({ image: IMAGE }), { faultOf: () => fault });
    const cause = `rpc error: code = NotFound desc = failed to pull and unpack image "${IMAGE}": failed to resolve reference "${IMAGE}": ${IMAGE}: not found`;
    clock.advance(60);
    expect(pod().status).toMatchObject({ phase: 'Pending', containerStatuses: [{ imageID: '', restartCount: 0, state: { waiting: { reason: 'ErrImagePull', message: cause } } }] });
    clock.advance(60);
    expect(pod().status.containerStatuses?.[0]?.state.waiting).toEqual({ reason: 'ImagePullBackOff', message: `Back-off pulling image "${IMAGE}": ErrImagePull: ${cause}` });
    expect(warnings()).toEqual([`Failed x1: Failed to pull image "${IMAGE}": ${cause}`, 'Failed x1: Error: ErrImagePull', 'Failed x1: Error: ImagePullBackOff']);
    fault = undefined;
    clock.advance(15_000);
    expect(isReady(pod())).toBe(true);
  });

  it('cannot pull a reference without a digest, because it has no registry to ask', () => {
    const { clock, pod } = aPodOf(aDeployment({ image: 'registry.example/web:9' }));
    clock.advance(25_000);
    expect(pod().status.containerStatuses?.[0]).toMatchObject({ ready: false, imageID: '', state: { waiting: { reason: 'ImagePullBackOff' } } });
  });

  it('bad-config: CreateContainerConfigError that names the missing Secret', () => {
    const { clock, pod, warnings } = aFaultyPod('bad-config');
    clock.advance(5_000);
    expect(pod().status).toMatchObject({
      phase: 'Pending', containerStatuses: [{ imageID: '', started: false, state: { waiting: { reason: 'CreateContainerConfigError', message: 'secret "web-settings" not found' } } }],
    });
    expect(warnings()).toEqual(['Failed x1: Error: secret "web-settings" not found']);
  });

  it.each([
    { fault: 'bad-crash', exitCode: 1, reason: 'Error' },
    { fault: 'bad-oom', exitCode: 137, reason: 'OOMKilled' },
  ] as const)('$fault: restarts once at once, then in CrashLoopBackOff with a growing back-off', ({ fault, exitCode, reason }) => {
    const { clock, pod, warnings } = aFaultyPod(fault);
    clock.advance(200);
    expect(pod().status).toMatchObject({ phase: 'Running', containerStatuses: [{ restartCount: 0, state: { terminated: { exitCode, reason } } }] });
    clock.advance(1_000);
    const { name, uid } = pod().metadata;
    const waiting = (delay: string) => ({ reason: 'CrashLoopBackOff', message: `back-off ${delay} restarting failed container=web pod=${name}_inference(${uid})` });
    expect(pod().status.containerStatuses?.[0]).toMatchObject({ ready: false, restartCount: 1, state: { waiting: waiting('10s') }, lastState: { terminated: { exitCode, reason } } });
    clock.advance(11_000);
    expect(pod().status.containerStatuses?.[0]).toMatchObject({ restartCount: 2, state: { waiting: waiting('20s') } });
    clock.advance(21_000);
    expect(pod().status.containerStatuses?.[0]).toMatchObject({ restartCount: 3, state: { waiting: waiting('40s') } });
    expect(warnings()).toEqual([`BackOff x3: Back-off restarting failed container web in pod ${name}_inference(${uid})`]);
  });

  it('never-ready: runs, and its probe fails again and again', () => {
    const { clock, pod, warnings } = aFaultyPod('never-ready');
    clock.advance(25_000);
    expect(pod().status).toMatchObject({ phase: 'Running', containerStatuses: [{ ready: false, started: true, restartCount: 0 }] });
    expect(pod().status.conditions).toContainEqual(expect.objectContaining({ type: 'Ready', status: 'False', reason: 'ContainersNotReady', message: 'containers with unready status: [web]' }));
    expect(warnings()).toEqual(['Unhealthy x3: Readiness probe failed: HTTP probe failed with statuscode: 503']);
  });

  it('unschedulable: stays Pending on no node until there is room', () => {
    let fault: Fault | undefined = 'unschedulable';
    const { clock, pod, warnings } = aPodOf(aDeployment({ image: IMAGE }), { faultOf: () => fault });
    clock.advance(5_000);
    expect(pod().spec.nodeName).toBeUndefined();
    expect(pod().status).toMatchObject({ phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable' }] });
    expect(pod().status.containerStatuses).toBeUndefined();
    expect(warnings()).toEqual([expect.stringMatching(/^FailedScheduling x1: 0\/1 nodes are available: 1 Insufficient cpu/)]);
    fault = undefined;
    clock.advance(15_000);
    expect(isReady(pod())).toBe(true);
  });

  it('fails the first container only, and is not Ready without it', () => {
    const containers = [{ name: 'web', image: IMAGE }, { name: 'proxy', image: `registry.example/proxy@${DIGEST}` }];
    const { clock, pod } = aPodOf(aDeployment({ containers }), { faultOf: () => 'bad-crash' });
    clock.advance(2_000);
    expect(pod().status.containerStatuses).toMatchObject([{ name: 'web', ready: false }, { name: 'proxy', ready: true, restartCount: 0 }]);
    expect(isReady(pod())).toBe(false);
  });

  it('bad-init: starts the first init container again, and nothing after it until it has ended well', () => {
    let fault: Fault | undefined = 'bad-init';
    const initContainers = ['prepare', 'fetch'].map((name) => ({ name, image: IMAGE }));
    const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: IMAGE }], initContainers } };
    const { clock, pod, warnings } = aPodOf(aDeployment({ template }), { faultOf: () => fault });
    clock.advance(1_000);
    const crashed = { ready: false, restartCount: 1, state: { waiting: { reason: 'CrashLoopBackOff' } }, lastState: { terminated: { exitCode: 1, reason: 'Error' } } };
    const waits = { ready: false, restartCount: 0, imageID: '', state: { waiting: { reason: 'PodInitializing' } } };
    expect(pod().status).toMatchObject({ phase: 'Pending', initContainerStatuses: [{ name: 'prepare', ...crashed }, { name: 'fetch', ...waits }], containerStatuses: [{ name: 'web', ...waits }] });
    expect(pod().status.conditions).toContainEqual(expect.objectContaining({ type: 'Initialized', status: 'False', reason: 'ContainersNotInitialized', message: 'containers with incomplete status: [prepare fetch]' }));
    expect(warnings()).toEqual([expect.stringContaining('Back-off restarting failed container prepare in pod ')]);
    fault = undefined;
    clock.advance(11_000);
    const completed = { ready: true, started: false, state: { terminated: { exitCode: 0, reason: 'Completed' } } };
    expect(pod().status).toMatchObject({ phase: 'Running', initContainerStatuses: [{ ...completed, restartCount: 2 }, { ...completed, restartCount: 0 }] });
    expect(isReady(pod())).toBe(true);
  });

  it('marks a pod as deleted first and removes it when its containers have stopped', () => {
    const { clock, store, pod } = aPodOf(aDeployment({ image: IMAGE }));
    clock.advance(5_000);
    const { name } = pod().metadata;
    store.delete('Pod', 'inference', name);
    expect(store.get('Pod', 'inference', name)?.metadata).toMatchObject({ deletionTimestamp: '2026-11-21T12:00:05Z', deletionGracePeriodSeconds: 30 });
    clock.advance(100);
    expect(store.get('Pod', 'inference', name)).toBeNull();
  });
});
