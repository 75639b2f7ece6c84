import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CoreV1Api, type KubeConfig, type V1Node } from '@kubernetes/client-node';
import { Agent, request } from 'node:https';
import type { CertificateAuthority } from '../../sandbox/tls.ts';
import type { Tools } from '../build/build-tools.ts';
import { freePort } from '../processes/free-port.ts';
import { type LabProcess, openProcess, startProcess } from '../processes/processes.ts';
import { endedAtStart, untilReady } from '../processes/until-ready.ts';
import { writeControlPlaneFiles } from './control-plane-files.ts';
import { accessFolderOf } from './eks-access.ts';
import { kubeConfigOf } from './kube-config.ts';
import { kwokConfig, simulatedNode } from './kubelet/kwok-config.ts';
import { processName, type Program, PROGRAMS, processSpecs } from './process-specs.ts';

/** A Kubernetes cluster of the lab, as plain data. */
export type ControlPlane = {
  readonly name: string;
  /** The lab's folder. */
  readonly place: string;
  /** `https://127.0.0.1:PORT` */
  readonly url: string;
  /** Who vouches for the API server. */
  readonly caPem: string;
  readonly administratorToken: string;
  /** Path of the administrator's kubeconfig. */
  readonly kubeconfig: string;
};

/** The start takes seconds; on a machine that is busy otherwise much longer. In milliseconds. */
const PATIENCE = 180_000;

export type ControlPlaneOptions = {
  readonly place: string;
  /** Part of the names of its processes, so that several clusters run side by side. */
  readonly name: string;
  readonly tools: Tools;
  /** Signs the servers' certificates. */
  readonly authority: CertificateAuthority;
  readonly tell: (text: string) => void;
  /** How many simulated nodes it has; one by default. */
  readonly nodes?: number;
};

/**
 * Starts etcd, the API server with its EKS authenticator, the controller manager, the scheduler and KWOK, and resolves when pods can be
 * created. @throws Error with the process that did not start, its last log line and the log's path
 */
export async function startControlPlane({ place, name, tools, authority, tell, nodes = 1 }: ControlPlaneOptions): Promise<ControlPlane> {
  const [apiServerPort, authenticatorPort] = await Promise.all([freePort(), freePort()]);
  const url = `https://127.0.0.1:${apiServerPort}`;
  const folder = folderOf(place, name);
  const { files, administratorToken } = await writeControlPlaneFiles(folder, authority, { apiServer: url, eksAuthenticator: `https://127.0.0.1:${authenticatorPort}` });
  const controlPlane: ControlPlane = { name, place, url, caPem: authority.certPem, administratorToken, kubeconfig: files.kubeconfigs.administrator };
  const accessFolder = accessFolderOf(controlPlane);
  const stagesFile = join(folder, 'kwok.yaml');
  await Promise.all([mkdir(accessFolder, { recursive: true, mode: 0o700 }), writeFile(stagesFile, kwokConfig())]);
  const specs = processSpecs({ name, tools, files, ports: { apiServer: apiServerPort, eksAuthenticator: authenticatorPort }, accessFolder, stagesFile });
  for (const program of ['etcd', 'eks-authenticator', 'kube-apiserver'] as const) await startProcess(place, specs[program]);
  await untilServing(controlPlane);
  tell(`Kubernetes ${name}: its API server answers`);
  for (const program of ['kube-controller-manager', 'kube-scheduler', 'kwok'] as const) await startProcess(place, specs[program]);
  await untilUsable(controlPlane, nodes);
  tell(`Kubernetes ${name}: its nodes are Ready`);
  return controlPlane;
}

/** Ends one control plane and removes what it left; the others of the lab stay. */
export async function stopControlPlane({ place, name }: Pick<ControlPlane, 'place' | 'name'>): Promise<void> {
  for (const program of PROGRAMS.toReversed()) await processOf({ place, name }, program).stop();
  for (const folder of [folderOf(place, name), accessFolderOf({ place, name })]) await rm(folder, { recursive: true, force: true });
}

function folderOf(place: string, name: string): string {
  return join(place, `kubernetes-${name}`);
}

/** Waits until the API server answers; also after its process was started again. @throws Error as startControlPlane */
export async function untilServing(controlPlane: ControlPlane): Promise<void> {
  const needed = (['etcd', 'eks-authenticator'] as const).map((program) => processOf(controlPlane, program));
  // An API server waits for its etcd in vain, and does not mind that its authenticator has ended.
  const ended = (): LabProcess | undefined => needed.find((one) => !one.isRunning());
  await untilReady(processOf(controlPlane, 'kube-apiserver'), async () => ended() !== undefined || (await isReady(controlPlane)), PATIENCE);
  for (const one of needed) await untilReady(one, async () => true);
}

function processOf({ place, name }: Pick<ControlPlane, 'place' | 'name'>, program: Program): LabProcess {
  return openProcess(place, processName({ name }, program));
}

/** One connection per question: a server that starts may take one and answer nothing. */
function isReady({ url, caPem, administratorToken }: ControlPlane): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const options = { agent: new Agent({ ca: caPem }), headers: { authorization: `Bearer ${administratorToken}` }, timeout: 2000 };
    const asked = request(`${url}/readyz`, options, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    asked.on('timeout', () => asked.destroy(new Error('no answer within 2 s')));
    asked.on('error', reject).end();
  });
}

/** Nodes that are Ready, and the service account that every pod runs as: without it the API server refuses pods. */
async function untilUsable(controlPlane: ControlPlane, nodes: number): Promise<void> {
  const config: KubeConfig = kubeConfigOf(controlPlane);
  const core = config.makeApiClient(CoreV1Api);
  for (let number = 1; number <= nodes; number += 1) await core.createNode({ body: simulatedNode(number) });
  await Promise.all([
    untilReady(processOf(controlPlane, 'kwok'), async () => (await core.listNode()).items.every(isNodeReady)),
    untilReady(processOf(controlPlane, 'kube-controller-manager'), async () => (await core.readNamespacedServiceAccount({ name: 'default', namespace: 'default' })).kind !== ''),
  ]);
  const scheduler = processOf(controlPlane, 'kube-scheduler');
  if (!scheduler.isRunning()) throw endedAtStart(scheduler);
}

function isNodeReady({ status }: V1Node): boolean {
  return status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ?? false;
}
