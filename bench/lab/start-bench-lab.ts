import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { addRepository, projectToken } from '../../lab/argocd/administration.ts';
import { type ArgoCdInstallation, startArgoCd } from '../../lab/argocd/start-argocd.ts';
import { buildTools, type ToolGroup, type Tools } from '../../lab/build/build-tools.ts';
import { applyManifests } from '../../lab/kubernetes/manifests.ts';
import { type ControlPlane, startControlPlane } from '../../lab/kubernetes/start-control-plane.ts';
import { makePlace, removePlace } from '../../lab/place.ts';
import { startGuard } from '../../lab/processes/guard.ts';
import { endAll } from '../../lab/processes/processes.ts';
import { createCertificateAuthority } from '../../sandbox/tls.ts';
import { PROJECT, projectManifest, ROLE } from './applications.ts';
import { type ConfigServer, startConfigServer } from './config-server.ts';
import type { ClusterApi } from './follow-objects.ts';
import { type Observer, startObserver } from './observer.ts';

/** The parts of the lab that the contenders deploy with, and nothing else that would take their time. */
export type BenchLab = {
  readonly place: string;
  readonly tools: Tools;
  readonly kubernetes: ControlPlane;
  readonly cluster: ClusterApi;
  readonly argocd: ArgoCdInstallation;
  /** Of the project's role, for every contender. */
  readonly argocdToken: string;
  readonly git: ConfigServer;
  readonly observer: Observer;
  /** What the documentation gives Slipway in a namespace. */
  readonly slipwayRole: string;
  /** Lets Argo CD read a repository of `git`. */
  follow(repositoryUrl: string): Promise<void>;
  stop(): Promise<void>;
};

/** What the benchmark's part of the lab is made of. */
export const BENCH_TOOLS: readonly ToolGroup[] = ['kube', 'eks-authenticator', 'helm', 'redis', 'argocd'];

/** For 40 targets of three contenders, each with two pods and one more during a rollout. */
const NODES = 3;

/** Starts the lab's parts in a folder of their own, which ends with this process, however that ends. */
export async function startBenchLab(tell: (text: string) => void, groups: readonly ToolGroup[] = BENCH_TOOLS): Promise<BenchLab> {
  const tools = await buildTools({ groups, tell });
  const place = await makePlace();
  startGuard(place);
  const stops: (() => Promise<void>)[] = [() => removePlace(place), () => endAll(place)];
  const stop = async (): Promise<void> => {
    for (const end of stops.splice(0).reverse()) await end();
  };
  try {
    return { ...(await startParts(place, tools, stops, tell)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startParts(place: string, tools: Tools, stops: (() => Promise<void>)[], tell: (text: string) => void): Promise<Omit<BenchLab, 'stop'>> {
  const authority = await createCertificateAuthority('Slipway benchmark');
  const kubernetes = await startControlPlane({ place, name: 'bench', tools, authority, tell, nodes: NODES });
  const argocd = await startArgoCd({ place, controlPlane: kubernetes, tools, authority, tell });
  await applyManifests(kubernetes, projectManifest());
  const repositories = join(place, 'config');
  await mkdir(repositories);
  const git = await startConfigServer(repositories);
  stops.push(() => git.stop());
  const { url, caPem, administratorToken: token } = kubernetes;
  const cluster = { url, caPem, token };
  const observer = await startObserver(cluster);
  stops.push(() => observer.stop());
  return {
    place,
    tools,
    kubernetes,
    cluster,
    argocd,
    argocdToken: await projectToken(argocd, PROJECT, ROLE),
    git,
    observer,
    slipwayRole: await readFile(new URL('../../docs/rbac.yaml', import.meta.url), 'utf8'),
    follow: (repositoryUrl) => addRepository(argocd, { url: repositoryUrl, ...git.credential }),
  };
}
