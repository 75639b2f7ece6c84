import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type ControlPlane, startControlPlane, stopControlPlane } from '../../../lab/kubernetes/start-control-plane.ts';
import { clusterContract } from '../../contract/cluster.contract.ts';
import { deploymentManifest, FIRST_IMAGE } from '../../contract/cluster-manifests.ts';
import { openLab } from '../../support/lab/open-lab.ts';
import { openPodWatch } from '../../support/lab/pod-watch.ts';
import { startRealWorld, startVisitor, type Visitor } from './cluster-world.ts';

// A cluster of its own: its API server is restarted, under which other tests would suffer.
let controlPlane: ControlPlane;
let visitor: Visitor;

beforeAll(async () => {
  const { place, tools, authority } = await openLab();
  controlPlane = await startControlPlane({ place, name: `contract-${randomUUID().slice(0, 8)}`, tools, authority, tell: () => undefined });
  visitor = await startVisitor(controlPlane);
});
afterAll(async () => {
  await stopControlPlane(controlPlane);
  await Promise.all([visitor.relay.close(), visitor.aws.stop()]);
});

clusterContract('Kubernetes', () => startRealWorld(controlPlane, visitor));

it('has, after its restart, forgotten the versions before it: a watch of one is told that it is expired', async () => {
  const world = await startRealWorld(controlPlane, visitor);
  const pods = openPodWatch(controlPlane, world.namespace);
  const before = await pods.resourceVersion();
  // Its memory begins with what is there at its start, which is newer by this.
  await world.apply(deploymentManifest(world.namespace, 'web', FIRST_IMAGE));
  await world.restart();
  const message = expect.stringMatching(new RegExp(`^too old resource version: ${before} \\(\\d+\\)$`)) as string;
  expect(await pods.events(before, 5)).toEqual([{ type: 'ERROR', object: expect.objectContaining({ kind: 'Status', code: 410, reason: 'Expired', message }) as unknown }]);
  pods.close();
  await world.stop();
});
