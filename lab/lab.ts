import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CertificateAuthority } from '../sandbox/tls.ts';
import type { ArgoCdInstallation } from './argocd/start-argocd.ts';
import type { Tools } from './build/build-tools.ts';
import type { GiteaInstallation } from './git/start-gitea.ts';
import type { ControlPlane } from './kubernetes/start-control-plane.ts';

/** A lab that is up, as plain data, so that any process of the same user can use it. It holds secrets of this one run. */
export type Lab = {
  /** Folder of everything that the lab writes: logs, the record of its processes, data. */
  readonly place: string;
  readonly tools: Tools;
  /** Signed the servers' certificates. */
  readonly authority: CertificateAuthority;
  readonly kubernetes: ControlPlane;
  readonly argocd: ArgoCdInstallation;
  readonly gitea: GiteaInstallation;
};

const FILE = 'lab.json';

export async function writeLab(lab: Lab): Promise<void> {
  await writeFile(join(lab.place, FILE), JSON.stringify(lab), { mode: 0o600 });
}

/** Reads the lab that `startLab` left in a folder. */
export async function readLab(place: string): Promise<Lab> {
  return JSON.parse(await readFile(join(place, FILE), 'utf8')) as Lab;
}
