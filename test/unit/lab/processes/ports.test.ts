import { expect, it } from 'vitest';
import { applicationController, applicationSetController, PORTS, redis, repoServer, server, type Surroundings } from '../../../../lab/argocd/process-specs.ts';
import { processSpecs, type SpecOptions } from '../../../../lab/kubernetes/process-specs.ts';
import { freePort } from '../../../../lab/processes/free-port.ts';
import type { ProcessSpec } from '../../../../lab/processes/processes.ts';
import { rolloutsController } from '../../../../lab/rollouts/start-rollouts.ts';

const tools = { kube: '/kube', argocd: '/argocd', helm: '/helm', gitea: '/gitea', rollouts: '/rollouts', 'eks-authenticator': '/eks', redis: '/redis', 'image-updater': '/updater' };
const controlPlane = { name: 'main', place: '/lab', url: 'https://127.0.0.1:10000', caPem: '', administratorToken: '', kubeconfig: '/lab/kubeconfig' };
const files: SpecOptions['files'] = {
  folder: '/lab/kubernetes-main',
  authority: '',
  apiServer: { certificate: '', key: '' },
  eksAuthenticator: { certificate: '', key: '', kubeconfig: '' },
  serviceAccounts: { publicKey: '', privateKey: '' },
  tokens: '',
  kubeconfigs: { administrator: '', controllerManager: '', scheduler: '' },
};

const argocd = Object.fromEntries(PORTS.map((name, index) => [name, 20_001 + index])) as Surroundings['ports'];
const surroundings: Surroundings = { folder: '/lab/argocd', controlPlane, tools, ports: argocd };
const SPECS: readonly ProcessSpec[] = [
  ...Object.values(processSpecs({ name: 'main', tools, files, ports: { apiServer: 20_101, eksAuthenticator: 20_102 }, accessFolder: '/lab/access', stagesFile: '/lab/kwok.yaml' })),
  ...[redis, repoServer, applicationController, server, applicationSetController].map((spec) => spec(surroundings)),
  rolloutsController({ controlPlane, tools, ports: { metrics: 20_201, health: 20_202 } }),
];

/** Ports by which a process is told where another one is. */
const OF_OTHERS = /^--(redis|repo-server|argocd-repo-server)$/;

it.each(SPECS.map((spec) => [spec.name, spec] as const))('%s is ready only once it listens on every port that it is given', (_name, { args, ports = [] }) => {
  const own = args.filter((_arg, index) => !OF_OTHERS.test(args[index - 1] ?? '')).flatMap((arg) => /(?<!\d)20\d{3}(?!\d)/.exec(arg) ?? []);
  expect(ports.map(String).toSorted()).toEqual(own.toSorted());
});

it('is of all ports of the lab but Gitea\'s, which looks for another one itself', () => {
  const all = [...Object.values(argocd), 20_101, 20_102, 20_201, 20_202];
  expect(SPECS.flatMap(({ ports = [] }) => ports).toSorted()).toEqual(all.toSorted());
});

it('is given to one alone, though nobody listens there yet', async () => {
  const ports = await Promise.all(Array.from({ length: 200 }, freePort));
  expect(new Set(ports).size).toBe(ports.length);
});
