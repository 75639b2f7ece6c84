import { dirname, join } from 'node:path';
import { commandOf, type Tools } from '../build/tools.ts';
import type { ControlPlane } from '../kubernetes/start-control-plane.ts';
import type { ProcessSpec } from '../processes/processes.ts';
import { NAMESPACE, TEAM_NAMESPACES } from './installation.ts';

/** Ports of the listeners, all on loopback. */
export type ArgoCdPorts = Readonly<Record<(typeof PORTS)[number], number>>;

export const PORTS = [
  'redis',
  'server',
  'serverMetrics',
  'repoServer',
  'repoServerMetrics',
  'controllerMetrics',
  'applicationSetMetrics',
  'applicationSetProbe',
  'applicationSetWebhook',
] as const;

export type Surroundings = {
  /** Where the processes keep what they need. */
  readonly folder: string;
  readonly controlPlane: ControlPlane;
  readonly tools: Tools;
  readonly ports: ArgoCdPorts;
};

const HOST = '127.0.0.1';

/** Teams may have Applications in namespaces of their own, as far as an AppProject takes them from there. */
const ANYWHERE = ['--application-namespaces', `${TEAM_NAMESPACES}*`];

export function redis({ tools, ports }: Surroundings): ProcessSpec {
  return { name: 'redis', command: commandOf(tools, 'redis'), args: ['--address', `${HOST}:${ports.redis}`], ports: [ports.redis] };
}

export function repoServer(surroundings: Surroundings): ProcessSpec {
  const { ports } = surroundings;
  const listen = ['--address', HOST, '--port', `${ports.repoServer}`, '--metrics-address', HOST, '--metrics-port', `${ports.repoServerMetrics}`];
  // Clients show no certificate in a stock installation either; the default path of their CA lies outside of the lab.
  const args = [...listen, ...redisOf(surroundings), '--client-ca-path', ''];
  return { ...component(surroundings, 'argocd-repo-server', args), ports: [ports.repoServer, ports.repoServerMetrics] };
}

export function applicationController(surroundings: Surroundings): ProcessSpec {
  const { ports } = surroundings;
  const args = [...clusterOf(surroundings), ...redisOf(surroundings), ...repoServerOf(surroundings), ...ANYWHERE, '--metrics-port', `${ports.controllerMetrics}`];
  // The number at the end of its name is its shard.
  return { ...component(surroundings, 'argocd-application-controller', args, { HOSTNAME: 'argocd-application-controller-0' }), ports: [ports.controllerMetrics] };
}

export function server(surroundings: Surroundings): ProcessSpec {
  const { folder, ports } = surroundings;
  const listen = ['--address', HOST, '--port', `${ports.server}`, '--metrics-address', HOST, '--metrics-port', `${ports.serverMetrics}`];
  // There is no Dex, and no page: only the API is of use here.
  const without = ['--dex-server', `http://${HOST}:1`, '--staticassets', join(folder, 'static')];
  const args = [...listen, ...clusterOf(surroundings), ...redisOf(surroundings), ...repoServerOf(surroundings), ...ANYWHERE, ...without];
  return { ...component(surroundings, 'argocd-server', args), ports: [ports.server, ports.serverMetrics] };
}

export function applicationSetController(surroundings: Surroundings): ProcessSpec {
  const { ports } = surroundings;
  const listen = [
    ...['--metrics-addr', `${HOST}:${ports.applicationSetMetrics}`],
    ...['--probe-addr', `${HOST}:${ports.applicationSetProbe}`],
    ...['--webhook-addr', `${HOST}:${ports.applicationSetWebhook}`],
  ];
  const args = [...listen, '--namespace', NAMESPACE, '--argocd-repo-server', `${HOST}:${ports.repoServer}`];
  return { ...component(surroundings, 'argocd-applicationset-controller', args), ports: [ports.applicationSetMetrics, ports.applicationSetProbe, ports.applicationSetWebhook] };
}

type Component = 'argocd-repo-server' | 'argocd-application-controller' | 'argocd-server' | 'argocd-applicationset-controller';

function component(surroundings: Surroundings, name: Component, args: readonly string[], env: Readonly<Record<string, string>> = {}): ProcessSpec {
  return { name, command: commandOf(surroundings.tools, name), args, env: { ...environment(surroundings), ...env } };
}

function environment({ folder, controlPlane, tools }: Surroundings): Record<string, string> {
  return {
    // helm; argocd, which git asks for the password; a script of Argo CD's that must be found even where no signature is checked.
    PATH: [dirname(commandOf(tools, 'helm')), dirname(commandOf(tools, 'argocd')), join(tools.argocd, 'share'), process.env['PATH'] ?? '/usr/bin:/bin'].join(':'),
    HOME: folder,
    TMPDIR: join(folder, 'tmp'),
    KUBECONFIG: controlPlane.kubeconfig,
    // https://kubernetes.default.svc is the cluster of the kubeconfig, though this is no pod.
    ARGOCD_FAKE_IN_CLUSTER: 'true',
    ARGOCD_TLS_DATA_PATH: join(folder, 'tls'),
    ARGOCD_SSH_DATA_PATH: join(folder, 'ssh'),
    ARGOCD_PLUGINSOCKFILEPATH: join(folder, 'plugins'),
    // Its default is one path for the whole machine.
    ARGOCD_ASK_PASS_SOCK: join(folder, 'ask-pass.sock'),
    // There is no gpg, and no commit is signed.
    ARGOCD_GPG_ENABLED: 'false',
    ARGOCD_GNUPGHOME: join(folder, 'gpg', 'keys'),
    ARGOCD_GPG_DATA_PATH: join(folder, 'gpg', 'source'),
    GIT_CONFIG_NOSYSTEM: '1',
  };
}

function clusterOf({ controlPlane }: Surroundings): readonly string[] {
  return ['--kubeconfig', controlPlane.kubeconfig, '--namespace', NAMESPACE];
}

function redisOf({ ports }: Surroundings): readonly string[] {
  return ['--redis', `${HOST}:${ports.redis}`];
}

function repoServerOf({ ports }: Surroundings): readonly string[] {
  return ['--repo-server', `${HOST}:${ports.repoServer}`];
}
