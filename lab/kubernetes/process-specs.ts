import { join } from 'node:path';
import { commandOf, type Tools } from '../build/build-tools.ts';
import type { ProcessSpec } from '../processes/processes.ts';
import type { ControlPlaneFiles } from './control-plane-files.ts';

/** The programs of a control plane. Their processes are called `<program>-<name of the control plane>`. */
export type Program = (typeof PROGRAMS)[number];

/** In the order in which they are started. */
export const PROGRAMS = ['etcd', 'eks-authenticator', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kwok'] as const;

export type SpecOptions = {
  /** Name of the control plane. */
  readonly name: string;
  readonly tools: Tools;
  readonly files: ControlPlaneFiles;
  readonly ports: { readonly apiServer: number; readonly eksAuthenticator: number };
  /** Folder of the access files that letIn writes. */
  readonly accessFolder: string;
  /** kwok's configuration: what the simulated kubelet does. */
  readonly stagesFile: string;
};

/** Name of a control plane's process, as openProcess takes it: `kube-apiserver-main`. */
export function processName(controlPlane: { readonly name: string }, program: Program): string {
  return `${program}-${controlPlane.name}`;
}

/** How each program is run. */
export function processSpecs(options: SpecOptions): Readonly<Record<Program, ProcessSpec>> {
  const { ports } = options;
  const spec = (program: Program, flags: Flags): ProcessSpec => ({
    name: processName(options, program),
    command: commandOf(options.tools, program),
    args: Object.entries(flags).map(([flag, value]) => `--${flag}=${value}`),
    folder: options.files.folder,
  });
  return {
    // An API server takes its lease away when it ends, and tries that for ten seconds without etcd.
    etcd: { ...spec('etcd', etcdFlags(options)), endsLast: true },
    'kube-apiserver': { ...spec('kube-apiserver', apiServerFlags(options)), ports: [ports.apiServer] },
    'kube-controller-manager': spec('kube-controller-manager', controllerManagerFlags(options)),
    'kube-scheduler': spec('kube-scheduler', schedulerFlags(options)),
    kwok: spec('kwok', kwokFlags(options)),
    'eks-authenticator': { ...spec('eks-authenticator', eksAuthenticatorFlags(options)), ports: [ports.eksAuthenticator] },
  };
}

type Flags = Readonly<Record<string, string | number | boolean>>;

/** Relative to the control plane's folder: etcd takes no longer path than `host:port` for its peers. */
const PEER_SOCKET = 'unix://localhost:2';

function etcdFlags({ files }: SpecOptions): Flags {
  return {
    name: 'lab',
    'data-dir': 'etcd',
    'listen-client-urls': `unix://${join(files.folder, 'etcd.sock')}`,
    'advertise-client-urls': 'unix://localhost:1',
    'listen-peer-urls': PEER_SOCKET,
    'initial-advertise-peer-urls': PEER_SOCKET,
    'initial-cluster': `lab=${PEER_SOCKET}`,
    'unsafe-no-fsync': true,
    'log-level': 'warn',
  };
}

function apiServerFlags({ files, ports }: SpecOptions): Flags {
  return {
    'etcd-servers': `unix://${join(files.folder, 'etcd.sock')}`,
    'bind-address': '127.0.0.1',
    'secure-port': ports.apiServer,
    'advertise-address': '127.0.0.1',
    'endpoint-reconciler-type': 'none',
    'tls-cert-file': files.apiServer.certificate,
    'tls-private-key-file': files.apiServer.key,
    'anonymous-auth': false,
    'token-auth-file': files.tokens,
    'authentication-token-webhook-config-file': files.eksAuthenticator.kubeconfig,
    'authentication-token-webhook-version': 'v1',
    // 0 would leave the verdict on any token cached for ten seconds.
    'authentication-token-webhook-cache-ttl': '1ms',
    'authorization-mode': 'RBAC',
    'service-account-issuer': 'https://kubernetes.default.svc',
    'service-account-key-file': files.serviceAccounts.publicKey,
    'service-account-signing-key-file': files.serviceAccounts.privateKey,
    'service-cluster-ip-range': '10.96.0.0/16',
    'allow-privileged': true,
    'enable-priority-and-fairness': false,
    profiling: false,
  };
}

/** With the default limits of 20 and 30 requests a second the start takes four seconds longer. */
const UNLIMITED: Flags = { 'kube-api-qps': 500, 'kube-api-burst': 1000 };

function controllerManagerFlags({ files }: SpecOptions): Flags {
  const { controllerManager } = files.kubeconfigs;
  return {
    ...UNLIMITED,
    kubeconfig: controllerManager,
    'authentication-kubeconfig': controllerManager,
    'authorization-kubeconfig': controllerManager,
    'use-service-account-credentials': true,
    'service-account-private-key-file': files.serviceAccounts.privateKey,
    'root-ca-file': files.authority,
    // By default an autoscaler looks at its metrics every 15 seconds.
    'horizontal-pod-autoscaler-sync-period': '1s',
    'leader-elect': false,
    'secure-port': 0,
    profiling: false,
  };
}

function schedulerFlags({ files }: SpecOptions): Flags {
  const { scheduler } = files.kubeconfigs;
  return {
    ...UNLIMITED,
    kubeconfig: scheduler,
    'authentication-kubeconfig': scheduler,
    'authorization-kubeconfig': scheduler,
    'leader-elect': false,
    'secure-port': 0,
    profiling: false,
  };
}

function kwokFlags({ files, stagesFile }: SpecOptions): Flags {
  return {
    kubeconfig: files.kubeconfigs.administrator,
    config: stagesFile,
    'manage-all-nodes': true,
    cidr: '10.244.0.1/16',
    'node-ip': '127.0.0.1',
    'node-lease-duration-seconds': 40,
  };
}

function eksAuthenticatorFlags({ files, ports, accessFolder }: SpecOptions): Flags {
  const { certificate, key } = files.eksAuthenticator;
  return { listen: `127.0.0.1:${ports.eksAuthenticator}`, certificate, key, access: accessFolder };
}
