import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ClusterSnapshot } from '../../src/domain/cluster.ts';
import { ForbiddenError, UnauthorizedError } from '../../src/domain/errors.ts';
import type { Cluster } from '../../src/ports/cluster.ts';

/** A cluster with the namespace `inference`. */
export type ClusterWorld = {
  readonly cluster: Cluster;
  /** Creates or changes Deployment `name`: two pods of the image, Ready after a while. */
  deploy(namespace: string, name: string, image: string): void;
  /** The cluster no longer knows us, or allows us nothing. */
  refuse(why: 'unauthorized' | 'forbidden'): void;
  stop(): Promise<void>;
};

export const FIRST_IMAGE = `registry.example/web:1@sha256:${'1'.repeat(64)}`;
export const SECOND_IMAGE = `registry.example/web:2@sha256:${'2'.repeat(64)}`;

const DEPLOYMENTS = { namespace: 'inference', kinds: ['Deployment'] } as const;

export function clusterContract(name: string, start: () => Promise<ClusterWorld>): void {
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

    /** The first snapshot of which this is true. */
    async function until(snapshots: AsyncIterable<ClusterSnapshot>, isTrue: (snapshot: ClusterSnapshot) => boolean): Promise<ClusterSnapshot> {
      for await (const snapshot of snapshots) if (isTrue(snapshot)) return snapshot;
      throw new Error('The watch ended before.');
    }

    it('begins with a whole snapshot of what is there', async () => {
      world.deploy('inference', 'web', FIRST_IMAGE);
      await until(world.cluster.watch(DEPLOYMENTS, abort.signal), hasReadyPods(2));
      const [first] = await take(world.cluster.watch(DEPLOYMENTS, abort.signal), 1);
      const web = first?.workloads.find((workload) => workload.name === 'web');
      expect(web).toMatchObject({ kind: 'Deployment', namespace: 'inference', replicas: 2, images: [FIRST_IMAGE], status: { updatedReplicas: 2 } });
      const replicaSet = first?.replicaSets.find(({ ownerUid, revision }) => ownerUid === web?.uid && revision === web?.revision);
      expect(first?.pods.map(({ ownerUid, labels }) => [ownerUid, labels['pod-template-hash']])).toEqual(Array(2).fill([replicaSet?.uid, replicaSet?.podTemplateHash]));
    });

    it('shows an empty cluster as empty', async () => {
      expect(await take(world.cluster.watch(DEPLOYMENTS, abort.signal), 1)).toEqual([{ workloads: [], replicaSets: [], pods: [], events: [] }]);
    });

    it('shows each change until new pods are Ready', async () => {
      world.deploy('inference', 'web', FIRST_IMAGE);
      const snapshots = world.cluster.watch(DEPLOYMENTS, abort.signal);
      world.deploy('inference', 'web', SECOND_IMAGE);
      const { pods, workloads } = await until(snapshots, ({ pods: seen }) => seen.filter((pod) => pod.ready && pod.containers[0]?.image === SECOND_IMAGE).length === 2);
      expect(workloads).toHaveLength(1);
      const ready = pods.find((pod) => pod.ready && pod.containers[0]?.image === SECOND_IMAGE);
      expect(ready?.containers[0]?.imageId).toContain('sha256:2222');
      expect(ready?.readySince).toMatch(/^\d{4}-\d\d-\d\dT/);
    });

    it('shows one namespace, and of the kinds that were asked for', async () => {
      world.deploy('inference', 'web', FIRST_IMAGE);
      world.deploy('elsewhere', 'web', FIRST_IMAGE);
      const snapshot = await until(world.cluster.watch(DEPLOYMENTS, abort.signal), ({ pods }) => pods.length === 2);
      const { workloads, replicaSets, pods } = snapshot;
      expect(new Set([...workloads, ...replicaSets, ...pods].map(({ namespace }) => namespace))).toEqual(new Set(['inference']));
      const [others] = await take(world.cluster.watch({ namespace: 'inference', kinds: ['StatefulSet'] }, abort.signal), 1);
      expect(others).toMatchObject({ workloads: [], replicaSets: [] });
    });

    it('serves several watches at once', async () => {
      const watches = [world.cluster.watch(DEPLOYMENTS, abort.signal), world.cluster.watch(DEPLOYMENTS, abort.signal)];
      world.deploy('inference', 'web', FIRST_IMAGE);
      expect(await Promise.all(watches.map((snapshots) => until(snapshots, hasReadyPods(2))))).toHaveLength(2);
    });

    it('ends when the signal aborts', async () => {
      const snapshots = world.cluster.watch(DEPLOYMENTS, abort.signal)[Symbol.asyncIterator]();
      await snapshots.next();
      const pending = snapshots.next();
      abort.abort();
      expect(await pending).toMatchObject({ done: true });
    });

    it('yields nothing for a signal that is aborted already', async () => {
      abort.abort();
      expect(await take(world.cluster.watch(DEPLOYMENTS, abort.signal), 1)).toEqual([]);
    });

    it.each([
      ['unauthorized', UnauthorizedError],
      ['forbidden', ForbiddenError],
    ] as const)('throws when it is %s', async (why, type) => {
      world.refuse(why);
      await expect(take(world.cluster.watch(DEPLOYMENTS, abort.signal), 1)).rejects.toThrow(type);
    });
  });
}

function hasReadyPods(count: number): (snapshot: ClusterSnapshot) => boolean {
  return ({ pods, workloads }) => pods.filter(({ ready }) => ready).length === count && workloads.some(({ status }) => status.availableReplicas === count);
}

async function take(snapshots: AsyncIterable<ClusterSnapshot>, count: number): Promise<ClusterSnapshot[]> {
  const taken: ClusterSnapshot[] = [];
  for await (const snapshot of snapshots) {
    taken.push(snapshot);
    if (taken.length === count) break;
  }
  return taken;
}
