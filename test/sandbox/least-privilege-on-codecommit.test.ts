import { CodeCommitClient, CreateCommitCommand, GetBranchCommand, GetCommitCommand, GetFileCommand, GetFolderCommand, GetRepositoryCommand } from '@aws-sdk/client-codecommit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configFiles, VALUES_FILE } from '../../sandbox/scenarios/config-repository.ts';
import { imageOf } from '../../sandbox/scenarios/image.ts';
import { type DeployedWorld, startDeployedWorld } from '../support/sandbox/deployed-world.ts';
import { createFaults, EAGER_KUBELET } from '../support/sandbox/faults.ts';
import { ENVIRONMENTS } from '../support/sandbox/more-environments.ts';
import { actionsOf, examineRights, isRefusalOf, type Rights, withoutAction } from '../support/sandbox/rights.ts';

/** As least-privilege.test.ts, for the rights that a stack has where the config repository is on CodeCommit. */

/** Edited with each release, and read by no chart: without it Slipway finds out whether its path is a folder's. */
const NOTES = 'envs/dev/notes.yaml';
const ROLES = ['commit-release', 'sync-application', 'roll-back'] as const;

const faults = createFaults();
let world: DeployedWorld;
let rights: Rights;
let version = 1;
/** What somebody else does between the commit and the moment in which Argo CD sees it. */
let afterCommit: (() => Promise<unknown>) | null = null;

const nextImage = () => imageOf(`${++version}.0.0`);

beforeAll(async () => {
  world = await startDeployedWorld('happy', {
    host: 'codecommit',
    configFiles: { ...configFiles(imageOf('1.0.0')), [NOTES]: 'release: none\n' },
    faultOf: faults.faultOf,
    kubelet: EAGER_KUBELET,
    random: () => 0.01 * Math.random(),
    onInvocation: ({ functionName }) => functionName === 'slipway-sandbox-commit-release' && interfere(),
    editFile(file) {
      const dev = [...ENVIRONMENTS, 'dev'];
      file.setIn([...dev, 'rollback'], 'automatic');
      file.setIn([...dev, 'crash', 'restarts'], 1);
      file.addIn([...dev, 'edit'], file.createNode({ git: 'config', file: NOTES, path: 'release', value: 'tag' }));
    },
  });
  rights = examineRights(world);
  expect(await world.deploy(nextImage())).toMatchObject({ outcome: 'succeeded' });
}, 60_000);
afterAll(() => world?.stop());

function interfere(): void {
  const deed = afterCommit;
  afterCommit = null;
  if (deed === null) return;
  const resume = world.world.argocd.interrupt();
  void deed().finally(resume);
}

it('every action on CodeCommit is needed by every role that has it: without it, something fails with AWS’s refusal', async () => {
  const superfluous: string[] = [];
  for (const [name, action] of ROLES.flatMap((role) => actionsOnCodeCommit(role).map((one) => [role, one] as const))) {
    const role = `slipway-sandbox-${name}`;
    const policies = world.world.aws.iam.policiesOf(role);
    const said = await rights.withPolicies(new Map([[role, withoutAction(policies, action)]]), () => rights.saidDuring(() => playFor(name, action)));
    if (!isRefusalOf(said, role, action)) superfluous.push(`${role} ${action}`);
  }
  expect(superfluous).toEqual([]);
}, 300_000);

it('no other role may anything there', () => {
  const others = [...world.world.aws.iam.rolePolicies()].filter(([role]) => !ROLES.some((name) => role.endsWith(name)));
  expect(others.length).toBeGreaterThan(8);
  expect(others.flatMap(([, policies]) => actionsOf(policies)).filter((action) => action.startsWith('codecommit:'))).toEqual([]);
});

describe('a repository outside CodeCommitPrefix', () => {
  beforeAll(() => world.world.aws.codecommit.addRepository('other', world.world.git.repository));

  it.each(ROLES)('is closed to %s, whatever it asks', async (role) => {
    const { aws } = world.world;
    const credentials = aws.iam.credentialsFor(`arn:aws:iam::${aws.account.id}:role/slipway-sandbox-${role}`, 'lambda.amazonaws.com', 'test');
    const client = new CodeCommitClient({ endpoint: aws.endpointUrl, region: aws.account.region, credentials, maxAttempts: 1 });
    const head = await world.head();
    expect(await client.send(new GetBranchCommand({ repositoryName: 'config', branchName: 'main' }))).toMatchObject({ branch: { commitId: head } });
    const requests = requestsTo('other', head, client);
    const actions = actionsOnCodeCommit(role);
    expect(actions.length).toBeGreaterThan(4);
    for (const action of actions) {
      await expect(requests[action]?.()).rejects.toMatchObject({ name: 'AccessDeniedException', message: expect.stringContaining(`${action} on resource: arn:aws:codecommit:eu-central-1:111122223333:other `) as string });
    }
  });

  it('can be named by no service', async () => {
    const url = world.world.git.config.url.replace(/config$/, 'other');
    await expect(world.apply((file) => file.setIn(['git', 'config', 'url'], url))).rejects.toThrow("names a repository that begins with config, as the stack's parameter CodeCommitPrefix says");
  });
});

function actionsOnCodeCommit(role: string): readonly string[] {
  return actionsOf(world.world.aws.iam.policiesOf(`slipway-sandbox-${role}`)).filter((action) => action.startsWith('codecommit:'));
}

function requestsTo(repositoryName: string, head: string, client: CodeCommitClient): Readonly<Record<string, () => Promise<unknown>>> {
  return {
    'codecommit:GetRepository': () => client.send(new GetRepositoryCommand({ repositoryName })),
    'codecommit:GetBranch': () => client.send(new GetBranchCommand({ repositoryName, branchName: 'main' })),
    'codecommit:GetCommit': () => client.send(new GetCommitCommand({ repositoryName, commitId: head })),
    'codecommit:GetFile': () => client.send(new GetFileCommand({ repositoryName, commitSpecifier: head, filePath: NOTES })),
    'codecommit:GetFolder': () => client.send(new GetFolderCommand({ repositoryName, commitSpecifier: head, folderPath: 'envs' })),
    'codecommit:CreateCommit': () => client.send(new CreateCommitCommand({ repositoryName, branchName: 'main', parentCommitId: head, commitMessage: 'x', authorName: 'x', email: 'x@example.com', putFiles: [{ filePath: NOTES, fileContent: Buffer.from('x') }] })),
  };
}

async function playFor(role: (typeof ROLES)[number], action: string): Promise<void> {
  const needsFolder = action === 'codecommit:GetFolder';
  if (role === 'sync-application') return withNotes(deployOverwritten);
  if (role === 'roll-back') return withNotes(() => deployBadImage(needsFolder ? removeNotes : undefined));
  await withNotes(async () => {
    if (needsFolder) await removeNotes();
    await world.deploy(nextImage());
  });
}

/** Notes that a play removes are there again after it. */
async function withNotes(play: () => Promise<unknown>): Promise<void> {
  await play();
  await commit({ [NOTES]: 'release: none\n' });
}

function removeNotes(): Promise<string> {
  return commit({ [NOTES]: null });
}

/** Somebody takes the release back from the branch before Argo CD has seen it, and the notes with it. */
async function deployOverwritten(): Promise<void> {
  const before = await world.world.git.repository.readFiles('main', [VALUES_FILE]);
  afterCommit = () => commit({ ...before, [NOTES]: null });
  await world.deploy(nextImage());
}

async function deployBadImage(meanwhile?: () => Promise<unknown>): Promise<void> {
  const image = nextImage();
  faults.breakPods(image.digest, 'bad-crash');
  const [execution = ''] = await world.push(image);
  await world.executions.reaches(execution, 'CheckRollout');
  await meanwhile?.();
  await world.executions.ended(execution);
}

function commit(files: Readonly<Record<string, string | null>>): Promise<string> {
  return world.world.git.repository.commit({ message: 'Somebody else', files });
}
