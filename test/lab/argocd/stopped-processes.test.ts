import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ArgoCdInstallation, startArgoCd } from '../../../lab/argocd/start-argocd.ts';
import { startControlPlane } from '../../../lab/kubernetes/start-control-plane.ts';
import { makePlace, removePlace } from '../../../lab/place.ts';
import { type Guard, startGuard } from '../../../lab/processes/guard.ts';
import { endAll, openProcess } from '../../../lab/processes/processes.ts';
import { createCertificateAuthority } from '../../../sandbox/tls.ts';
import { REQUEST, until } from '../../contract/argo-cd-world.contract.ts';
import { openLab } from '../../support/lab/open-lab.ts';
import { type ArgoCdWorlds, createArgoCdWorlds } from '../contract/argo-cd-world.ts';

let place: string;
let guard: Guard;
let argocd: ArgoCdInstallation;
let worlds: ArgoCdWorlds;

// An installation of its own: other tests use the lab's at the same time.
beforeAll(async () => {
  const { tools } = await openLab();
  place = await makePlace();
  guard = startGuard(place);
  const authority = await createCertificateAuthority('Slipway lab');
  const controlPlane = await startControlPlane({ place, name: 'main', tools, authority, tell: () => undefined });
  argocd = await startArgoCd({ place, controlPlane, tools, authority, tell: () => undefined });
  worlds = await createArgoCdWorlds(argocd);
});

afterAll(async () => {
  await worlds.stop();
  await endAll(place);
  guard.release();
  await removePlace(place);
});

describe('an Argo CD of which a process is stopped and started again', () => {
  it('cannot be reached without its server, and takes the same token under the same address afterwards', async () => {
    const { argocd: client, ref } = await worlds.start({});
    const server = openProcess(place, 'argocd-server');
    await server.stop();
    await expect(client.application(ref)).rejects.toMatchObject({ name: 'UnavailableError' });
    await server.start();
    await expect.poll(() => client.application(ref).then(({ name }) => name, String), { timeout: 20_000 }).toBe(ref.name);
  });

  it('says that it cannot sync without its repo-server, and syncs afterwards', async () => {
    const { argocd: client, ref } = await worlds.start({});
    const repoServer = openProcess(place, 'argocd-repo-server');
    await repoServer.stop();
    await expect(client.sync(ref, REQUEST)).rejects.toMatchObject({ name: 'UnavailableError' });
    await repoServer.start();
    await expect.poll(() => client.sync(ref, REQUEST).catch(String), { timeout: 20_000 }).toBe('requested');
    await until(client, ref, ({ operation }) => operation?.phase === 'Succeeded');
  });

  it('takes too long to refresh without its controller, and begins the operation that was requested meanwhile when it is back', async () => {
    const { argocd: client, ref } = await worlds.start({});
    const controller = openProcess(place, 'argocd-application-controller');
    await controller.stop();
    await expect(client.application(ref, 'normal')).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(await client.sync(ref, REQUEST)).toBe('requested');
    await controller.start();
    await until(client, ref, ({ operation }) => operation?.phase === 'Succeeded');
  });
});
