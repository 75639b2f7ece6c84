import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ControlPlane } from './start-control-plane.ts';

/** A sandbox's AWS, whose roles may enter a cluster of the lab. */
export type EksAccess = {
  /** Of the sandbox, unique among those that were let in. */
  readonly id: string;
  /** Name of the cluster in the sandbox's EKS: tokens are signed for it. */
  readonly clusterName: string;
  /** Where its STS answers, without a path: `http://127.0.0.1:PORT`. */
  readonly stsUrl: string;
  readonly entries: readonly AccessEntry[];
};

export type AccessEntry = {
  readonly principalArn: string;
  readonly kubernetesGroups: readonly string[];
  /** EKS's default when absent: the ARN of the session. */
  readonly username?: string;
};

/** Where the control plane's eks-authenticator looks at each review. */
export function accessFolderOf({ place, name }: Pick<ControlPlane, 'place' | 'name'>): string {
  return join(place, 'eks', name);
}

/** Lets tokens in that the sandbox's STS vouches for, from the next request on. Replaces what was said of the sandbox before. */
export async function letIn(controlPlane: ControlPlane, { id, ...access }: EksAccess): Promise<void> {
  const file = fileOf(controlPlane, id);
  await mkdir(accessFolderOf(controlPlane), { recursive: true, mode: 0o700 });
  await writeFile(`${file}.new`, JSON.stringify(access), { mode: 0o600 });
  await rename(`${file}.new`, file);
}

export async function letOut(controlPlane: ControlPlane, id: string): Promise<void> {
  await rm(fileOf(controlPlane, id), { force: true });
}

function fileOf(controlPlane: ControlPlane, id: string): string {
  return join(accessFolderOf(controlPlane), `${id}.json`);
}
