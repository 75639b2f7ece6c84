import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CoreV1Api } from '@kubernetes/client-node';
import { stringify } from 'yaml';
import { type CertificateAuthority, issueServerCertificate } from '../../sandbox/tls.ts';
import type { Tools } from '../build/tools.ts';
import { kubeConfigOf } from '../kubernetes/kube-config.ts';
import { applyManifests } from '../kubernetes/manifests.ts';
import type { ControlPlane } from '../kubernetes/start-control-plane.ts';
import { type ProcessSpec, startProcess } from '../processes/processes.ts';
import { untilReady } from '../processes/until-ready.ts';
import { configuration } from './configuration.ts';
import { applyDefinitions } from '../kubernetes/definitions.ts';
import { freePort } from '../processes/free-port.ts';
import { type ArgoCdInstallation, NAMESPACE } from './installation.ts';
import { applicationController, applicationSetController, type ArgoCdPorts, PORTS, redis, repoServer, server, type Surroundings } from './process-specs.ts';
import { answers } from './readiness.ts';

export type { ArgoCdInstallation } from './installation.ts';

export type ArgoCdOptions = {
  readonly place: string;
  readonly controlPlane: ControlPlane;
  readonly tools: Tools;
  readonly authority: CertificateAuthority;
  readonly tell: (text: string) => void;
};

/** Starts Argo CD against a control plane, on free ports of loopback; the administrator can log in when it returns. */
export async function startArgoCd({ place, controlPlane, tools, authority, tell }: ArgoCdOptions): Promise<ArgoCdInstallation> {
  const folder = join(place, 'argocd');
  await makeFolders(folder);
  const ports = await freePorts();
  const surroundings: Surroundings = { folder, controlPlane, tools, ports };
  const start = (spec: ProcessSpec, isReady = isListening) => startUntilReady(place, spec, isReady, tell);
  const withoutCluster = Promise.all([start(redis(surroundings)), start(repoServer(surroundings))]);
  withoutCluster.catch(() => undefined); // is awaited below, where the cluster may have refused before
  const certificate = await issueServerCertificate(authority, 'argocd-server');
  await Promise.all([
    applyDefinitions(controlPlane, join(tools.argocd, 'share', 'crds')),
    applyManifests(controlPlane, configuration(certificate).map((object) => stringify(object)).join('---\n')),
  ]);
  await withoutCluster;
  const installation = { place, url: `https://127.0.0.1:${ports.server}`, caPem: authority.certPem, controlPlane };
  await Promise.all([
    start(server(surroundings), answers(`${installation.url}/healthz`, authority.certPem)),
    start(applicationController(surroundings), answers(`http://127.0.0.1:${ports.controllerMetrics}/healthz`)),
  ]);
  // Last: where the server has not made its signing key yet, it goes on without its webhook.
  await start(applicationSetController(surroundings));
  return { ...installation, adminPassword: await readAdminPassword(controlPlane) };
}

/** Nothing more is asked of a process that listens. */
const isListening = async (): Promise<boolean> => true;

async function freePorts(): Promise<ArgoCdPorts> {
  return Object.fromEntries(await Promise.all(PORTS.map(async (name) => [name, await freePort()] as const))) as ArgoCdPorts;
}

async function makeFolders(folder: string): Promise<void> {
  for (const name of ['tmp', 'tls', 'ssh', 'plugins', 'gpg/keys', 'gpg/source', 'static']) await mkdir(join(folder, name), { recursive: true, mode: 0o700 });
}

async function startUntilReady(place: string, spec: ProcessSpec, isReady: () => Promise<boolean>, tell: (text: string) => void): Promise<void> {
  tell(`starting ${spec.name}`);
  await untilReady(await startProcess(place, spec), isReady);
}

/** argocd-server makes the password at its first start, and leaves it where an administrator looks for it. */
async function readAdminPassword(controlPlane: ControlPlane): Promise<string> {
  const { data } = await kubeConfigOf(controlPlane).makeApiClient(CoreV1Api).readNamespacedSecret({ namespace: NAMESPACE, name: 'argocd-initial-admin-secret' });
  return Buffer.from(data?.['password'] ?? '', 'base64').toString();
}
