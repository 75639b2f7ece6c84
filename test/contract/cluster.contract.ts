import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ClusterSnapshot, ObservedPod } from '../../src/domain/cluster.ts';
import { ForbiddenError, UnauthorizedError } from '../../src/domain/errors.ts';
import type { Cluster } from '../../src/ports/cluster.ts';
import { deploymentManifest, FIRST_IMAGE, type Manifest, SECOND_IMAGE, workloadManifest } from './cluster-manifests.ts';

/** A cluster with two namespaces: one that we may look at, by docs/rbac.yaml, and one that we may not. */
export type ClusterWorld = {
  readonly cluster: Cluster;
  readonly namespace: string;
  readonly elsewhere: string;
  /** As a deployer does. Pods become Ready after a while, unless their annotation `lab.slipway.dev/pod` names a fault. */
  apply(manifest: Manifest): Promise<void>;
  /** The cluster no longer knows us, or allows us nothing. */
  refuse(why: 'unauthorized' | 'forbidden'): Promise<void>;
  /** From now on no pod more is let into the namespace. */
  refusePods(why: 'quota' | 'admission'): Promise<void>;
  /** The API server ends, cutting every connection, and starts again. */
  restart(): Promise<void>;
  /** We are cut off, something changes, and the API server forgets what it was like before. */
  expire(change: () => Promise<void>): Promise<void>;
  stop(): Promise<void>;
};

/** What an implementation may be without; its cases are then reported as not simulated. */
export type ClusterFeature = 'server' | 'pod faults' | 'crash after Ready' | 'admission' | 'StatefulSet' | 'DaemonSet';

export function clusterContract(name: string, start: () => Promise<ClusterWorld>, notSimulated: readonly ClusterFeature[] = []): void {
  describe(`Cluster: ${name}`, () => {
    let world: ClusterWorld;
    let abort: AbortController;

    beforeEach(async () => {
      world = await start();
      abort = new AbortController();
    });
    afterEach(async () => {
      abort.abort();
      await world.stop();
    });

    const has = (feature: ClusterFeature) => it.skipIf(notSimulated.includes(feature));
    const watch = (kind: 'Deployment' | 'StatefulSet' | 'DaemonSet' = 'Deployment', namespace = world.namespace) => world.cluster.watch({ namespace, kinds: [kind] }, abort.signal);
    const deploy = (name: string, image: string, more: Parameters<typeof deploymentManifest>[3] = {}) => world.apply(deploymentManifest(world.namespace, name, image, more));

    it('begins with a whole snapshot of what is there', async () => {
      await deploy('web', FIRST_IMAGE);
      await until(watch(), hasReadyPods(2));
      const [first] = await take(watch(), 1);
      const web = first?.workloads.find((workload) => workload.name === 'web');
      expect(web).toMatchObject({ kind: 'Deployment', namespace: world.namespace, replicas: 2, images: [FIRST_IMAGE], status: { updatedReplicas: 2 } });
      const replicaSet = first?.replicaSets.find(({ ownerUid, revision }) => ownerUid === web?.uid && revision === web?.revision);
      expect(first?.pods.map(({ ownerUid, labels }) => [ownerUid, labels['pod-template-hash']])).toEqual(Array(2).fill([replicaSet?.uid, replicaSet?.podTemplateHash]));
    });

    it('shows an empty cluster as empty', async () => {
      expect(await take(watch(), 1)).toEqual([{ workloads: [], replicaSets: [], pods: [], events: [] }]);
    });

    it('shows each change until new pods are Ready', async () => {
      await deploy('web', FIRST_IMAGE);
      const snapshots = watch();
      await deploy('web', SECOND_IMAGE);
      const { pods, workloads } = await until(snapshots, (snapshot) => readyOn(snapshot, SECOND_IMAGE).length === 2);
      expect(workloads).toHaveLength(1);
      const ready = pods.find((pod) => pod.ready && pod.containers[0]?.image === SECOND_IMAGE);
      expect(ready?.containers[0]?.imageId).toContain('sha256:2222');
      expect(ready?.readySince).toMatch(/^\d{4}-\d\d-\d\dT/);
    });

    it('shows one namespace, and of the kinds that were asked for', async () => {
      await deploy('web', FIRST_IMAGE);
      await world.apply(deploymentManifest(world.elsewhere, 'web', FIRST_IMAGE));
      const { workloads, replicaSets, pods } = await until(watch(), ({ pods: seen }) => seen.length === 2);
      expect(new Set([...workloads, ...replicaSets, ...pods].map(({ namespace }) => namespace))).toEqual(new Set([world.namespace]));
      const [others] = await take(watch('StatefulSet'), 1);
      expect(others).toMatchObject({ workloads: [], replicaSets: [] });
    });

    it('serves several watches at once', async () => {
      const watches = [watch(), watch()];
      await deploy('web', FIRST_IMAGE);
      expect(await Promise.all(watches.map((snapshots) => until(snapshots, hasReadyPods(2))))).toHaveLength(2);
    });

    it('ends when the signal aborts', async () => {
      const snapshots = watch()[Symbol.asyncIterator]();
      await snapshots.next();
      const pending = snapshots.next();
      abort.abort();
      expect(await pending).toMatchObject({ done: true });
    });

    it('yields nothing for a signal that is aborted already', async () => {
      abort.abort();
      expect(await take(watch(), 1)).toEqual([]);
    });

    it.each([
      ['unauthorized', UnauthorizedError],
      ['forbidden', ForbiddenError],
    ] as const)('throws when it is %s', async (why, type) => {
      await world.refuse(why);
      await expect(take(watch(), 1)).rejects.toThrow(type);
    });

    has('server')('throws for a namespace that it may not look at, naming what it lacks', async () => {
      const looking = take(watch('Deployment', world.elsewhere), 1);
      await expect(looking).rejects.toThrow(ForbiddenError);
      await expect(looking).rejects.toThrow(new RegExp(`User "[^"]+" cannot list resource "[a-z]+" in API group "(apps)?" in the namespace "${world.elsewhere}"; docs/rbac.yaml`));
    });

    has('server')('goes on when the API server is restarted', async () => {
      await deploy('web', FIRST_IMAGE);
      const snapshots = watch()[Symbol.asyncIterator]();
      await nextUntil(snapshots, hasReadyPods(2));
      await world.restart();
      await deploy('web', SECOND_IMAGE);
      await nextUntil(snapshots, (snapshot) => readyOn(snapshot, SECOND_IMAGE).length === 2);
    });

    has('server')('shows what has changed behind its back once its version is expired', async () => {
      await deploy('web', FIRST_IMAGE);
      const snapshots = watch()[Symbol.asyncIterator]();
      await nextUntil(snapshots, hasReadyPods(2));
      await world.expire(() => deploy('more', SECOND_IMAGE));
      await nextUntil(snapshots, (snapshot) => readyOn(snapshot, SECOND_IMAGE).length === 2);
    });

    has('pod faults').each([
      ['bad-pull', { waiting: { reason: 'ImagePullBackOff' }, imageId: '', ready: false, running: false }],
      ['bad-config', { waiting: { reason: 'CreateContainerConfigError', message: 'secret "web-settings" not found' }, ready: false, running: false }],
      ['bad-crash', { waiting: { reason: 'CrashLoopBackOff' }, terminated: { reason: 'Error', exitCode: 1 }, ready: false, running: false }],
      ['bad-oom', { waiting: { reason: 'CrashLoopBackOff' }, terminated: { reason: 'OOMKilled', exitCode: 137 }, ready: false, running: false }],
      ['never-ready', { waiting: null, terminated: null, restartCount: 0, ready: false, running: true }],
    ] as const)('shows a pod with %s as its kubelet reports it', async (fault, expected) => {
      await deploy('web', FIRST_IMAGE, { fault, replicas: 1 });
      const snapshot = await until(watch(), ({ pods: [pod], events }) => pod !== undefined && isIn(pod, expected) && events.length > 0);
      expect(snapshot.pods[0]).toMatchObject({ ready: false, containers: [{ ...expected, image: FIRST_IMAGE }] });
      expect(snapshot.events.every(({ objectKind, objectUid }) => objectKind === 'Pod' && objectUid === snapshot.pods[0]?.uid)).toBe(true);
    });

    has('pod faults')('shows a pod whose init container crashes, and containers that wait for it', async () => {
      await deploy('web', FIRST_IMAGE, { fault: 'bad-init', initImage: SECOND_IMAGE, replicas: 1 });
      const { pods } = await until(watch(), ({ pods: [pod], events }) => pod !== undefined && isIn(pod, { waiting: { reason: 'CrashLoopBackOff' }, running: false }) && events.length > 0);
      const prepare = { name: 'prepare', init: true, image: SECOND_IMAGE, ready: false, terminated: { reason: 'Error', exitCode: 1 } };
      const web = { name: 'web', init: false, imageId: '', waiting: { reason: 'PodInitializing' }, terminated: null, restartCount: 0 };
      expect(pods[0]).toMatchObject({ phase: 'Pending', ready: false, initializedAt: null, containers: [prepare, web] });
      expect(pods[0]?.containers[0]?.restartCount).toBeGreaterThan(0);
    });

    has('pod faults')('shows a pod that becomes Ready once its init container has ended well', async () => {
      await deploy('web', FIRST_IMAGE, { initImage: SECOND_IMAGE, replicas: 1 });
      const { pods } = await until(watch(), hasReadyPods(1));
      const prepare = { name: 'prepare', init: true, imageId: expect.stringContaining('sha256:2222') as string, ready: true, running: false, terminated: { reason: 'Completed', exitCode: 0 } };
      expect(pods[0]).toMatchObject({ phase: 'Running', initializedAt: expect.any(String) as string, containers: [prepare, { name: 'web', init: false, ready: true, running: true }] });
    });

    has('pod faults')('shows a pod for which no node has room as unschedulable', async () => {
      await deploy('web', FIRST_IMAGE, { fault: 'unschedulable', replicas: 1 });
      const { pods } = await until(watch(), ({ pods: [pod], events }) => pod !== undefined && pod.unschedulable !== null && events.length > 0);
      expect(pods[0]).toMatchObject({ phase: 'Pending', scheduledAt: null, unschedulable: { message: expect.stringMatching(/^0\/1 nodes are available: 1 Insufficient cpu/) as string } });
    });

    has('crash after Ready')('shows a pod that was Ready and crashes', async () => {
      await deploy('web', FIRST_IMAGE, { fault: 'bad-late', replicas: 1 });
      const snapshots = watch()[Symbol.asyncIterator]();
      await nextUntil(snapshots, hasReadyPods(1));
      const { pods } = await nextUntil(snapshots, ({ pods: [pod] }) => pod?.ready === false);
      expect(pods[0]).toMatchObject({ readySince: null, containers: [{ waiting: { reason: 'CrashLoopBackOff' }, restartCount: 1, imageId: expect.stringContaining('sha256:1111') as string }] });
    });

    has('pod faults')('shows that a rollout has passed its deadline', async () => {
      await deploy('web', FIRST_IMAGE, { fault: 'never-ready', replicas: 1, progressDeadlineSeconds: 1 });
      const { workloads } = await until(watch(), ({ workloads: [web] }) => web?.conditions.some(({ reason }) => reason === 'ProgressDeadlineExceeded') ?? false);
      expect(workloads[0]).toMatchObject({ progressDeadline: 1000, conditions: expect.arrayContaining([expect.objectContaining({ type: 'Progressing', status: 'False', message: expect.stringMatching(/^ReplicaSet "web-[a-z0-9]+" has timed out progressing\.$/) as string })]) as unknown });
    });

    has('admission').each([
      ['quota', /^pods "web-.*" is forbidden: exceeded quota: no-more, requested: pods=1, used: pods=0, limited: pods=0$/],
      ['admission', /is forbidden: .*no pods today/],
    ] as const)('shows that pods are refused by %s', async (why, message) => {
      await world.refusePods(why);
      await deploy('web', FIRST_IMAGE);
      const failure = { type: 'ReplicaFailure', status: 'True', reason: 'FailedCreate', message: expect.stringMatching(message) as string };
      const failed = ({ conditions }: { readonly conditions: readonly { readonly type: string }[] }) => conditions.some(({ type }) => type === 'ReplicaFailure');
      const { workloads, replicaSets, pods } = await until(watch(), (snapshot) => snapshot.workloads.some(failed) && snapshot.replicaSets.some(failed) && snapshot.events.length > 0);
      expect(workloads[0]?.conditions).toContainEqual(expect.objectContaining(failure));
      expect(replicaSets[0]?.conditions).toContainEqual(expect.objectContaining(failure));
      expect(pods).toEqual([]);
    });

    for (const kind of ['StatefulSet', 'DaemonSet'] as const) {
      has(kind)(`shows the rollout of a ${kind}`, async () => {
        await world.apply(workloadManifest(kind, world.namespace, 'web', FIRST_IMAGE));
        const snapshots = watch(kind)[Symbol.asyncIterator]();
        const before = await nextUntil(snapshots, isRolledOut(FIRST_IMAGE));
        await world.apply(workloadManifest(kind, world.namespace, 'web', SECOND_IMAGE));
        const after = await nextUntil(snapshots, isRolledOut(SECOND_IMAGE));
        const [web] = after.workloads;
        expect(web).toMatchObject({ kind, strategy: 'RollingUpdate', images: [SECOND_IMAGE], paused: false, progressDeadline: null });
        expect(web?.revision).not.toBe(before.workloads[0]?.revision);
        expect(after.pods.every(({ ownerUid }) => ownerUid === web?.uid)).toBe(true);
        expect(after.replicaSets).toEqual([]);
      });
    }
  });
}

function isIn(pod: ObservedPod, expected: { readonly waiting: { readonly reason: string } | null; readonly running: boolean }): boolean {
  const [container] = pod.containers;
  return container?.running === expected.running && container.waiting?.reason === expected.waiting?.reason;
}

function readyOn({ pods }: ClusterSnapshot, image: string): readonly ObservedPod[] {
  return pods.filter((pod) => pod.ready && pod.containers[0]?.image === image);
}

/** Every replica is on the image and Ready, the old pods are gone, and the controller has seen it. */
function isRolledOut(image: string): (snapshot: ClusterSnapshot) => boolean {
  return (snapshot) => {
    const [web] = snapshot.workloads;
    if (web === undefined || web.observedGeneration < web.generation || web.images[0] !== image || web.replicas === 0) return false;
    return [snapshot.pods.length, readyOn(snapshot, image).length, web.status.updatedReplicas, web.status.availableReplicas].every((count) => count === web.replicas);
  };
}

function hasReadyPods(count: number): (snapshot: ClusterSnapshot) => boolean {
  return ({ pods, workloads }) => pods.filter(({ ready }) => ready).length === count && workloads.some(({ status }) => status.availableReplicas === count);
}

/** The first snapshot of which this is true. */
async function until(snapshots: AsyncIterable<ClusterSnapshot>, isTrue: (snapshot: ClusterSnapshot) => boolean): Promise<ClusterSnapshot> {
  return nextUntil(snapshots[Symbol.asyncIterator](), isTrue);
}

/** As `until`, and the watch stays open. */
async function nextUntil(snapshots: AsyncIterator<ClusterSnapshot>, isTrue: (snapshot: ClusterSnapshot) => boolean): Promise<ClusterSnapshot> {
  for (;;) {
    const next = await snapshots.next();
    if (next.done === true) throw new Error('The watch ended before.');
    if (isTrue(next.value)) return next.value;
  }
}

async function take(snapshots: AsyncIterable<ClusterSnapshot>, count: number): Promise<ClusterSnapshot[]> {
  const taken: ClusterSnapshot[] = [];
  for await (const snapshot of snapshots) {
    taken.push(snapshot);
    if (taken.length === count) break;
  }
  return taken;
}
