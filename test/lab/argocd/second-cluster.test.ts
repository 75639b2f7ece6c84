import { AppsV1Api, KubernetesObjectApi } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addCluster, deleteApplication } from '../../../lab/argocd/administration.ts';
import { kubeConfigOf } from '../../../lab/kubernetes/kube-config.ts';
import { applyManifests } from '../../../lab/kubernetes/manifests.ts';
import { type ControlPlane, startControlPlane } from '../../../lab/kubernetes/start-control-plane.ts';
import { makePlace, removePlace } from '../../../lab/place.ts';
import { type Guard, startGuard } from '../../../lab/processes/guard.ts';
import { endAll } from '../../../lab/processes/processes.ts';
import { REQUEST, until } from '../../contract/argo-cd-world.contract.ts';
import { openLab } from '../../support/lab/open-lab.ts';
import { type ArgoCdWorlds, createArgoCdWorlds } from '../contract/argo-cd-world.ts';

const { argocd, tools, authority } = await openLab();
let place: string;
let guard: Guard;
let second: ControlPlane;
let worlds: ArgoCdWorlds;

beforeAll(async () => {
  place = await makePlace();
  guard = startGuard(place);
  second = await startControlPlane({ place, name: 'second', tools, authority, tell: () => undefined });
  await addCluster(argocd, { name: CLUSTER, controlPlane: second });
  worlds = await createArgoCdWorlds(argocd);
});

afterAll(async () => {
  await worlds.stop();
  const registration = { apiVersion: 'v1', kind: 'Secret', metadata: { name: `cluster-${CLUSTER}`, namespace: 'argocd' } };
  await KubernetesObjectApi.makeApiClient(kubeConfigOf(argocd.controlPlane)).delete(registration);
  await endAll(place);
  guard.release();
  await removePlace(place);
});

const CLUSTER = 'contract-second';

describe('a second cluster that is registered in Argo CD', () => {
  it.each([
    ['takes along', true, []],
    ['leaves', false, [expect.anything()]],
  ])('is deployed to, and the deletion of the Application %s what it deployed (cascade: %s)', async (_what, cascade, left) => {
    const world = await worlds.start({ cluster: CLUSTER });
    const { name } = world.ref;
    await applyManifests(second, `{ apiVersion: v1, kind: Namespace, metadata: { name: ${name} } }`);
    const deployments = async () => (await kubeConfigOf(second).makeApiClient(AppsV1Api).listNamespacedDeployment({ namespace: name })).items;
    await world.argocd.sync(world.ref, REQUEST);
    await until(world.argocd, world.ref, ({ operation }) => operation?.phase === 'Succeeded');
    expect(await deployments()).toHaveLength(1);
    await deleteApplication(argocd, name, { cascade });
    await expect.poll(() => world.argocd.application(world.ref).then(() => 'there', (error: unknown) => (error instanceof Error ? error.name : '')), { timeout: 60_000 }).toBe('NotFoundError');
    expect(await deployments()).toEqual(left);
    await world.stop();
  });
});
