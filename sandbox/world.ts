import { readFile } from 'node:fs/promises';
import { parseAllDocuments } from 'yaml';
import { sampleManifests, withJobs } from './argocd/manifests.ts';
import { type ArgoCdOptions, type ArgoCdServer, startArgoCd } from './argocd/start-argocd.ts';
import type { Aws } from './aws/start-aws.ts';
import { clusterForScenarios } from './cluster-for-scenarios.ts';
import { ACCOUNT, type FoundationOptions, startFoundation, startInOrder, type Stops } from './foundation.ts';
import { argoCdAccess } from './kubernetes-for-argocd.ts';
import type { Fault } from './kubernetes/kubelet/container.ts';
import { startLoadBalancer } from './kubernetes/load-balancer.ts';
import { type Kubernetes, type KubernetesOptions, startKubernetes } from './kubernetes/start.ts';
import type { ScenarioWorld } from './scenarios/scenario-world.ts';
import { createServiceRuntime } from './service-runtime.ts';
import { createSyncHooks } from './sync-hooks.ts';
import { type CertificateAuthority, createCertificateAuthority, issueServerCertificate } from './tls.ts';

export const CLUSTER = 'sandbox';
export const REGISTRY = `${ACCOUNT.id}.dkr.ecr.${ACCOUNT.region}.amazonaws.com`;

/** What is known of a pod when its fate is decided. */
export type JudgedPod = { readonly metadata: { readonly name: string }; readonly spec: { readonly containers: readonly { readonly image: string }[] } };

export type WorldOptions = FoundationOptions & {
  /** What `serverless package` left. */
  readonly packageFolder: string;
  readonly stage: string;
  /** What goes wrong with a pod, in the words of the simulated kubelet. */
  readonly faultOf?: (pod: JudgedPod) => Fault | undefined;
  /** Delays of the kubelet other than its own. */
  readonly kubelet?: NonNullable<KubernetesOptions['times']>;
  /** A Service in the namespace inference that gets a load balancer. */
  readonly exposedService?: string;
  readonly argocd?: Pick<ArgoCdOptions, 'delays' | 'hook'> & { readonly editManifest?: (yaml: string) => string };
};

/** Everything that Slipway talks to, on loopback: what scenarios need of it, and the stand-ins themselves for tests that look into them. */
export type World = ScenarioWorld & {
  readonly argocd: ArgoCdServer & ScenarioWorld['argocd'];
  readonly kubernetes: Kubernetes;
};

/** Starts the world in the order in which its parts need each other. */
export function startWorld(options: WorldOptions): Promise<World> {
  return startInOrder((stops) => startParts(options, stops));
}

async function startParts(options: WorldOptions, stops: Stops): Promise<Omit<World, 'stop'>> {
  const { aws, git, folder } = await startFoundation(options, stops);
  const authority = await createCertificateAuthority('Slipway sandbox');
  const { kubernetes, cluster } = await startCluster(aws, authority, options);
  stops.push(() => kubernetes.stop());
  const serviceUrl = await expose(kubernetes, options, stops);
  const argocd = await startArgo({ authority, git, kubernetes }, options);
  stops.push(() => argocd.stop());
  aws.secrets.putSecret('slipway/git', JSON.stringify(git.credential));
  aws.secrets.putSecret('slipway/argocd', JSON.stringify({ token: argocd.token('inference', 'slipway') }));
  return { aws, stage: options.stage, git, argocd, kubernetes, cluster, caPem: authority.certPem, folder, ...(serviceUrl && { serviceUrl }) };
}

async function expose({ store }: Kubernetes, { exposedService: service }: WorldOptions, stops: Stops): Promise<string | undefined> {
  if (service === undefined) return undefined;
  const { url, stop } = await startLoadBalancer(store, { namespace: 'inference', service });
  stops.push(stop);
  return url;
}

/** Deploys the packaged stack and lets the role that reads clusters into the world's, as the stack's output says to do. */
export async function deployStack(world: Pick<ScenarioWorld, 'aws' | 'stage' | 'cluster' | 'git'>, packageFolder: string, edit?: Parameters<Aws['deploy']>[3]): Promise<void> {
  const parameters = world.git.config.host === 'codecommit' ? { CodeCommitPrefix: 'config' } : {};
  const { outputs } = await world.aws.deploy(packageFolder, `slipway-${world.stage}`, parameters, edit);
  await world.cluster.letIn({ principalArn: outputs['ClusterReaderRoleArn'] ?? '', kubernetesGroups: ['slipway'] });
}

async function startCluster(aws: Aws, authority: CertificateAuthority, { faultOf, kubelet }: WorldOptions): Promise<Pick<World, 'kubernetes' | 'cluster'>> {
  const administratorToken = crypto.randomUUID();
  const kubernetes = await startKubernetes({
    authority,
    rbac: await rbacObjects(),
    runtime: createServiceRuntime(),
    ...(faultOf && { faultOf }),
    ...(kubelet && { times: kubelet }),
    authenticate: async (token) => (token === administratorToken ? ADMINISTRATOR : aws.eks.kubernetesUser(token, CLUSTER)),
  });
  aws.eks.addCluster({ name: CLUSTER, endpoint: kubernetes.url, caPem: authority.certPem });
  const letIn: ScenarioWorld['cluster']['letIn'] = async (entry) => aws.eks.addAccessEntry(CLUSTER, entry);
  return { kubernetes, cluster: { url: kubernetes.url, administratorToken, letIn, ...clusterForScenarios(kubernetes) } };
}

const ADMINISTRATOR = { username: 'operator', groups: ['operators'] };

/** The Role that the documentation tells people to apply, and a reader of everything for the person at the terminal. */
async function rbacObjects(): Promise<readonly unknown[]> {
  const text = await readFile(new URL('../docs/rbac.yaml', import.meta.url), 'utf8');
  const metadata = { name: 'operators' };
  return [
    ...parseAllDocuments(text).map((document) => document.toJS() as unknown),
    { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata, rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }] },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata,
      subjects: [{ kind: 'Group', name: 'operators', apiGroup: 'rbac.authorization.k8s.io' }],
      roleRef: { kind: 'ClusterRole', name: 'operators', apiGroup: 'rbac.authorization.k8s.io' },
    },
  ];
}

type ArgoParts = { readonly authority: CertificateAuthority; readonly git: World['git']; readonly kubernetes: World['kubernetes'] };

async function startArgo({ authority, git, kubernetes }: ArgoParts, { argocd = {} }: WorldOptions): Promise<World['argocd']> {
  const repoUrl = git.config.url;
  const { editManifest = (yaml: string) => yaml, ...options } = argocd;
  const { hook, ...heard } = createSyncHooks(options.hook);
  const server = await startArgoCd({
    ...options,
    hook,
    // Jobs too, for the hooks that scenarios add.
    manifests: sampleManifests(repoUrl).map((manifest) => editManifest(withJobs(manifest))),
    repositories: { [repoUrl]: git.repository },
    cluster: argoCdAccess(kubernetes),
    certificate: await issueServerCertificate(authority, 'argocd-server'),
  });
  return { ...server, ...heard };
}
