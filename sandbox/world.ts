import { appendFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { sampleManifests } from './argocd/manifests.ts';
import { type ArgoCdOptions, type ArgoCdServer, startArgoCd } from './argocd/start-argocd.ts';
import type { EventCarrier } from './aws/eventbridge/event.ts';
import type { InvocationRecord } from './aws/lambda/lambda.ts';
import { type Aws, startAws } from './aws/start-aws.ts';
import { type BareRepository, createBareRepository } from './git/bare-repository.ts';
import { type GitCredential, type GitServer, startGitServer } from './git/start-git-server.ts';
import { argoCdAccess } from './kubernetes-for-argocd.ts';
import { type Kubernetes, type KubernetesOptions, startKubernetes } from './kubernetes/start.ts';
import { type CertificateAuthority, createCertificateAuthority, issueServerCertificate } from './tls.ts';

const ACCOUNT = { id: '111122223333', region: 'eu-central-1' };
export const CLUSTER = 'sandbox';
export const REGISTRY = `${ACCOUNT.id}.dkr.ecr.${ACCOUNT.region}.amazonaws.com`;

export type WorldOptions = {
  /** What `serverless package` left. */
  readonly packageFolder: string;
  readonly stage: string;
  /** Files of the config repository. */
  readonly configFiles: Readonly<Record<string, string>>;
  /** Called with the repository when a push has arrived, before git sees it. */
  readonly beforePush?: (repository: BareRepository) => Promise<void>;
  /** Who may use the repository besides Slipway. */
  readonly gitCredentials?: readonly GitCredential[];
  readonly faultOf?: KubernetesOptions['faultOf'];
  /** Delays of the kubelet other than its own. */
  readonly kubelet?: NonNullable<KubernetesOptions['times']>;
  readonly argocd?: Pick<ArgoCdOptions, 'delays' | 'hook'> & { readonly editManifest?: (yaml: string) => string };
  readonly onInvocation?: (record: InvocationRecord) => void;
  /** In [0, 1): smaller numbers make the state machine retry sooner. */
  readonly random?: () => number;
  /** Carries ECR's events, which are best effort; without it each is published once. */
  readonly carryEvent?: EventCarrier;
};

/** Everything that Slipway talks to, on loopback, with the packaged stack deployed into it. */
export type World = {
  readonly aws: Aws;
  readonly stage: string;
  readonly git: GitServer & { readonly repository: BareRepository; readonly credential: { readonly username: string; readonly password: string } };
  readonly argocd: ArgoCdServer;
  readonly kubernetes: Kubernetes & { readonly administratorToken: string };
  /** The authority that signed the servers' certificates. */
  readonly caPem: string;
  /** Folder of this world: the repository and the functions' log. */
  readonly folder: string;
  stop(): Promise<void>;
};

/** Starts the world in the order in which its parts need each other. What was started is stopped when a later part can't start. */
export async function startWorld(options: WorldOptions): Promise<World> {
  const stops: (() => Promise<unknown>)[] = [];
  const stop = async (): Promise<void> => {
    for (const end of stops.splice(0).reverse()) await end();
  };
  try {
    return { ...(await startParts(options, stops)), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startParts(options: WorldOptions, stops: (() => Promise<unknown>)[]): Promise<Omit<World, 'stop'>> {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-sandbox-'));
  stops.push(() => rm(folder, { recursive: true, force: true }));
  const authority = await createCertificateAuthority('Slipway sandbox');
  const log = join(folder, 'functions.log');
  const aws = await startAws({
    account: ACCOUNT,
    ...(options.random && { random: options.random }),
    ...(options.carryEvent && { carryEvent: options.carryEvent }),
    onInvocation(record) {
      appendFileSync(log, record.log);
      options.onInvocation?.(record);
    },
  });
  stops.push(() => aws.stop());
  const git = await startGit(folder, options);
  stops.push(() => git.stop());
  const kubernetes = await startCluster(aws, authority, options);
  stops.push(() => kubernetes.stop());
  const argocd = await startArgo({ authority, git, kubernetes }, options);
  stops.push(() => argocd.stop());
  aws.secrets.putSecret('slipway/git', JSON.stringify(git.credential));
  aws.secrets.putSecret('slipway/argocd', JSON.stringify({ token: argocd.token('inference', 'slipway') }));
  return { aws, stage: options.stage, git, argocd, kubernetes, caPem: authority.certPem, folder };
}

/** Deploys the packaged stack and lets the role that reads clusters into the sandbox's, as the stack's output says to do. */
export async function deployStack(world: Pick<World, 'aws' | 'stage'>, packageFolder: string, edit?: Parameters<Aws['deploy']>[3]): Promise<void> {
  const { outputs } = await world.aws.deploy(packageFolder, `slipway-${world.stage}`, {}, edit);
  world.aws.eks.addAccessEntry(CLUSTER, { principalArn: outputs['ClusterReaderRoleArn'] ?? '', kubernetesGroups: ['slipway'] });
}

async function startGit(folder: string, { configFiles, beforePush, gitCredentials = [] }: WorldOptions): Promise<World['git']> {
  const repository = await createBareRepository(join(folder, 'config.git'), configFiles);
  const credential = { username: 'slipway', password: crypto.randomUUID() };
  const server = await startGitServer({
    root: folder,
    credentials: [{ ...credential, access: 'write' }, ...gitCredentials],
    ...(beforePush && { beforePush: () => beforePush(repository) }),
  });
  return { ...server, repository, credential };
}

async function startCluster(aws: Aws, authority: CertificateAuthority, { faultOf, kubelet }: WorldOptions): Promise<World['kubernetes']> {
  const administratorToken = crypto.randomUUID();
  const kubernetes = await startKubernetes({
    authority,
    rbac: await rbacObjects(),
    ...(faultOf && { faultOf }),
    ...(kubelet && { times: kubelet }),
    authenticate: async (token) => (token === administratorToken ? ADMINISTRATOR : aws.eks.kubernetesUser(token, CLUSTER)),
  });
  aws.eks.addCluster({ name: CLUSTER, endpoint: kubernetes.url, caPem: authority.certPem });
  return { ...kubernetes, administratorToken };
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

async function startArgo({ authority, git, kubernetes }: ArgoParts, { argocd = {} }: WorldOptions): Promise<ArgoCdServer> {
  const repoUrl = git.repositoryUrl('config');
  const { editManifest = (yaml: string) => yaml, ...options } = argocd;
  return startArgoCd({
    ...options,
    manifests: sampleManifests(repoUrl).map(editManifest),
    repositories: { [repoUrl]: git.repository },
    cluster: argoCdAccess(kubernetes),
    certificate: await issueServerCertificate(authority, 'argocd-server'),
  });
}
