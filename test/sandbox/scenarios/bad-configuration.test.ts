import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Document } from 'yaml';
import { CLUSTER } from '../../../sandbox/world.ts';
import { type DeployedWorld, startDeployedWorld } from '../../support/sandbox/deployed-world.ts';
import type { Ended } from '../../support/sandbox/executions.ts';
import { type MoreEnvironment, withEnvironments } from '../../support/sandbox/more-environments.ts';

const READER = { username: 'reader', password: 'only-reads', access: 'read' } as const;

/** `says`: what an operator reads, object, reason and fix; `GIT` and `ARGOCD` stand for the URLs of this world. */
type Case = MoreEnvironment & { readonly says: string };

const CASES: readonly Case[] = [
  {
    name: 'no-key',
    values: (text) => text.replace(/^ {2}digest:.*\n/m, ''),
    says: 'ConfigurationError: envs/no-key/values.yaml, line 4, column 1: image has no key digest; add it to the file, ask for it by create: true, or correct the path.',
  },
  {
    name: 'alias',
    values: (text) => text.replace(/ tag: .*$/m, ' tag: *tag').replace('replicaCount: 2', 'replicaCount: 2\nshared: &tag 1.0.0'),
    says: 'ConfigurationError: envs/alias/values.yaml, line 7, column 3: image.tag is the alias *tag; edit the anchor &tag instead.',
  },
  {
    name: 'not-yaml',
    values: (text) => `${text}\n  - [`,
    says: 'ConfigurationError: envs/not-yaml/values.yaml, line 10, column 1: the file is not valid YAML: A block sequence may not be used as an implicit map key; correct it.',
  },
  {
    name: 'no-file',
    entry: (environment) => environment.setIn(['edit', 0, 'file'], 'envs/nowhere/values.yaml'),
    says: 'NotFoundError: Git repository GIT at HEAD has no file envs/nowhere/values.yaml; add it, or correct the path in the configuration.',
  },
  { name: 'no-branch', entry: ofGit('no-branch'), says: 'NotFoundError: Git repository GIT has no branch nowhere; create it, or correct the branch in the configuration.' },
  {
    name: 'no-application',
    entry: (environment) => environment.setIn(['targets', 'eu', 'application'], 'inference-nowhere'),
    says: 'NotFoundError: Argo CD at ARGOCD could not read Application inference-nowhere of project inference: applications.argoproj.io "inference-nowhere" not found; check the names of the Application and its project',
  },
  {
    name: 'other-project',
    entry: (environment) => environment.setIn(['targets', 'eu', 'project'], 'payments'),
    says: 'ForbiddenError: Argo CD at ARGOCD does not let our token read Application inference-dev of project payments: give its project role get and sync on the Application (permission denied)',
  },
  {
    name: 'other-branch',
    application: (manifest) => manifest.setIn(['spec', 'source', 'targetRevision'], 'release'),
    says: 'ConfigurationError: Application inference-other-branch follows release of GIT, and the commit goes to main; make its targetRevision or the branch in slipway.yaml the same',
  },
  {
    name: 'being-deleted',
    application: (manifest) => manifest.setIn(['metadata', 'deletionTimestamp'], '2026-01-01T00:00:00Z'),
    says: 'ConfigurationError: Application inference-being-deleted is being deleted; create it again, or remove its target from slipway.yaml',
  },
  {
    name: 'wrong-token',
    entry: ofArgoCd('wrong-token'),
    says: 'UnauthorizedError: Argo CD at ARGOCD refused our token: create a new project-role token and put it into secret slipway/wrong-token (no session information)',
  },
  {
    name: 'no-secret',
    entry: ofArgoCd('no-secret'),
    says: "NotFoundError: Cannot read secret slipway/no-secret: ResourceNotFoundException: Secrets Manager can't find the specified secret; create it in Secrets Manager, or correct its name in slipway.yaml.",
  },
  {
    name: 'wrong-password',
    entry: ofGit('wrong-password'),
    says: 'UnauthorizedError: Git repository GIT does not accept the credentials of secret slipway/wrong-password; put valid ones there (HTTP 401: Failed to authenticate user).',
  },
  { name: 'read-only', entry: ofGit('read-only'), says: 'ForbiddenError: Git repository GIT does not let the user of secret slipway/read-only write; grant write access to the repository (HTTP 403: Forbidden).' },
  {
    name: 'no-cluster',
    entry: ofCluster('no-cluster'),
    says: "NotFoundError: Cannot describe EKS cluster no-cluster in eu-central-1: ResourceNotFoundException: No cluster found for name: no-cluster; set the target's cluster to the name and the region of an EKS cluster.",
  },
  {
    name: 'no-access-entry',
    entry: ofCluster('no-access-entry'),
    says: "UnauthorizedError: Cluster no-access-entry refuses the token of this function's role (Unauthorized); run the stack's AccessEntryCommand for it, or check that the role's credentials are current.",
  },
];

function ofGit(name: string): (environment: Document) => void {
  return (environment) => [0, 1].forEach((edit) => environment.setIn(['edit', edit, 'git'], name));
}

function ofArgoCd(name: string): (environment: Document) => void {
  return (environment) => environment.setIn(['targets', 'eu', 'argocd'], name);
}

function ofCluster(name: string): (environment: Document) => void {
  return (environment) => environment.setIn(['targets', 'eu', 'cluster'], name);
}

/** The entries that the environments above name. */
function addEntries(file: Document): void {
  const { git, argocd } = file.toJS() as { git: { config: object }; argocd: { main: object } };
  for (const name of ['wrong-password', 'read-only']) file.setIn(['git', name], { ...git.config, credentials: `slipway/${name}` });
  file.setIn(['git', 'no-branch'], { ...git.config, branch: 'nowhere' });
  for (const name of ['wrong-token', 'no-secret']) file.setIn(['argocd', name], { ...argocd.main, token: `slipway/${name}` });
  for (const name of ['no-cluster', 'no-access-entry']) file.setIn(['clusters', name], { eks: name, region: 'eu-central-1' });
}

describe('a deployment that cannot be done as configured', () => {
  let world: DeployedWorld;

  const deployTo = async (environment: string): Promise<Ended> => world.executions.ended(await world.executions.start({ service: 'inference-service', environment, tag: 'latest' }));

  beforeAll(async () => {
    const { editFile, ...options } = withEnvironments(CASES);
    const editBoth = (file: Document): void => [editFile, addEntries].forEach((edit) => edit(file));
    world = await startDeployedWorld('happy', { ...options, gitCredentials: [READER], editFile: editBoth });
    const { secrets, eks } = world.world.aws;
    secrets.putSecret('slipway/wrong-token', JSON.stringify({ token: 'none.of.theirs' }));
    secrets.putSecret('slipway/wrong-password', JSON.stringify({ username: 'slipway', password: 'old' }));
    secrets.putSecret('slipway/read-only', JSON.stringify(READER));
    eks.addCluster({ name: 'no-access-entry', endpoint: world.world.kubernetes.url, caPem: world.world.caPem });
    // An ignored tag: there is a new image now, and nothing has deployed it.
    await world.deploy({ ...world.newImage, tag: 'latest' });
  });
  afterAll(() => world?.stop());

  it.each(CASES)('$name: ends errored with object, reason and fix, and leaves the branch as it was', async ({ name, says }) => {
    const head = await world.head();
    const ended = await deployTo(name);
    const { git, argocd } = world.world;
    const expected = says.replace('GIT', git.repositoryUrl('config')).replace('ARGOCD', argocd.url).replace('HEAD', head.slice(0, 7));
    expect(ended).toMatchObject({ status: 'FAILED', outcome: 'errored', cause: expected, commit: null });
    expect(await world.head()).toBe(head);
  });

  it('says which right a RoleBinding lacks, and a redrive finishes once it has it', async () => {
    const { eks } = world.world.aws;
    const principalArn = 'arn:aws:iam::111122223333:role/slipway-sandbox-cluster-reader';
    eks.addAccessEntry(CLUSTER, { principalArn, kubernetesGroups: ['visitors'] });
    const head = await world.head();
    const errored = await deployTo('dev');
    const said = 'deployments.apps is forbidden: User "arn:aws:sts::111122223333:assumed-role/slipway-sandbox-cluster-reader/slipway-sandbox-check-access" cannot list resource "deployments" in API group "apps" in the namespace "inference"';
    expect(errored).toMatchObject({ status: 'FAILED', outcome: 'errored', cause: `ForbiddenError: Cluster sandbox says: ${said}; docs/rbac.yaml shows the Role that this function's role needs.` });
    expect(await world.head()).toBe(head);
    eks.addAccessEntry(CLUSTER, { principalArn, kubernetesGroups: ['slipway'] });
    const redriven = await world.executions.redrive(errored.execution);
    expect(redriven).toMatchObject({ status: 'SUCCEEDED', outcome: 'succeeded', cause: null });
    expect(await world.head()).toBe(redriven.commit?.sha);
  });
});
