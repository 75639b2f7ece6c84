import { createCertificateAuthority } from '../sandbox/tls.ts';
import { startArgoCd } from './argocd/start-argocd.ts';
import type { Tools } from './build/build-tools.ts';
import { startGitea } from './git/start-gitea.ts';
import { startControlPlane } from './kubernetes/start-control-plane.ts';
import { type Lab, writeLab } from './lab.ts';
import { startRollouts } from './rollouts/start-rollouts.ts';

export type LabOptions = {
  /** An empty folder with a short path: sockets lie in it, whose paths have at most 107 characters. */
  readonly place: string;
  readonly tools: Tools;
  readonly tell: (text: string) => void;
};

/** Starts every part of the lab on free ports of loopback. What runs is recorded in `place`, also when a later part can't start. */
export async function startLab({ place, tools, tell }: LabOptions): Promise<Lab> {
  const authority = await createCertificateAuthority('Slipway lab');
  const starting = startGitea({ place, tools, tell });
  starting.catch(() => undefined); // is awaited below, where the other parts may have failed before
  const kubernetes = await startControlPlane({ place, name: 'main', tools, authority, tell });
  const [gitea, argocd] = await Promise.all([
    starting,
    startArgoCd({ place, controlPlane: kubernetes, tools, authority, tell }),
    startRollouts({ place, controlPlane: kubernetes, tools, tell }),
  ]);
  const lab = { place, tools, authority, kubernetes, argocd, gitea };
  await writeLab(lab);
  return lab;
}
