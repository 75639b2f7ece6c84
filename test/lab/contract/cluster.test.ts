import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll } from 'vitest';
import { type ControlPlane, startControlPlane, stopControlPlane } from '../../../lab/kubernetes/start-control-plane.ts';
import { clusterContract } from '../../contract/cluster.contract.ts';
import { openLab } from '../../support/lab/open-lab.ts';
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
