import {
  CodeCommitClient,
  CreateBranchCommand,
  CreateCommitCommand,
  CreatePullRequestCommand,
  DeleteBranchCommand,
  GetBranchCommand,
  GetCommitCommand,
  GetFileCommand,
  GetFolderCommand,
  GetPullRequestCommand,
  GetRepositoryCommand,
  ListPullRequestsCommand,
  MergePullRequestBySquashCommand,
  UpdatePullRequestDescriptionCommand,
  UpdatePullRequestStatusCommand,
  UpdatePullRequestTitleCommand,
} from '@aws-sdk/client-codecommit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseDocument } from 'yaml';
import { configFiles, VALUES_FILE } from '../../sandbox/scenarios/config-repository.ts';
import { type Image, imageOf } from '../../sandbox/scenarios/image.ts';
import { mergeAwaitedBy } from '../support/sandbox/awaited-merge.ts';
import { DEV, type DeployedWorld, startDeployedWorld } from '../support/sandbox/deployed-world.ts';
import { createFaults, EAGER_KUBELET } from '../support/sandbox/faults.ts';
import { ENVIRONMENTS } from '../support/sandbox/more-environments.ts';
import { actionsOf, examineRights, isRefusalOf, type Rights, withoutAction } from '../support/sandbox/rights.ts';
import { occupyBranch } from '../support/sandbox/ways-to-deploy.ts';

/** As least-privilege.test.ts, for the rights that a stack has where the config repository is on CodeCommit. */

/** Edited with each release, and read by no chart: without it Slipway finds out whether its path is a folder's. */
const NOTES = 'envs/dev/notes.yaml';
const ROLES = ['commit-release', 'join-batch', 'sync-application', 'roll-back', 'await-merge', 'resume-pull-requests'] as const;
/** What is asked for where releases are proposed, and nowhere else. */
const PROPOSING = /:(CreateBranch|DeleteBranch|\w*PullRequests?\w*)$/;

const faults = createFaults();
let world: DeployedWorld;
let rights: Rights;
/** A person of the account. */
let person: CodeCommitClient;
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
  const { endpointUrl: endpoint, account, administrator: credentials } = world.world.aws;
  person = new CodeCommitClient({ endpoint, region: account.region, credentials, maxAttempts: 1 });
  expect(await world.deploy(nextImage())).toMatchObject({ outcome: 'succeeded' });
});
afterAll(() => world?.stop());

function interfere(): void {
  const deed = afterCommit;
  afterCommit = null;
  if (deed === null) return;
  const resume = world.world.argocd.interrupt();
  void deed().finally(resume);
}

describe('every action on CodeCommit is needed by every role that has it: without it, something fails with AWS’s refusal', () => {
  it('where releases are committed', async () => {
    expect(await superfluous((action) => !PROPOSING.test(action), playFor)).toEqual([]);
  }, 300_000);

  it('where they are proposed', async () => {
    await world.apply((file) => file.setIn([...ENVIRONMENTS, 'dev', 'delivery'], 'pull-request'));
    expect(await superfluous((action) => PROPOSING.test(action), playProposals)).toEqual([]);
  }, 300_000);
});

/** Those of the chosen actions that a role has, and that nobody misses while its function is played. */
async function superfluous(chosen: (action: string) => boolean, play: (role: (typeof ROLES)[number], action: string) => Promise<void>): Promise<readonly string[]> {
  const unmissed: string[] = [];
  for (const [name, action] of ROLES.flatMap((role) => actionsOnCodeCommit(role).filter(chosen).map((one) => [role, one] as const))) {
    const role = `slipway-sandbox-${name}`;
    const policies = world.world.aws.iam.policiesOf(role);
    const said = await rights.withPolicies(new Map([[role, withoutAction(policies, action)]]), () => rights.saidDuring(() => play(name, action)));
    if (!isRefusalOf(said, role, action)) unmissed.push(`${role} ${action}`);
  }
  return unmissed;
}

describe('what happens to a pull request there is told by its event, and resumes what waits for it', () => {
  it.each([
    ['merged', 'succeeded', { event: 'pullRequestMergeStatusUpdated', isMerged: 'True' }, (pullRequestId: string) => person.send(new MergePullRequestBySquashCommand({ pullRequestId, repositoryName: 'config' }))],
    ['closed', 'rejected', { event: 'pullRequestStatusChanged', isMerged: 'False' }, (pullRequestId: string) => person.send(new UpdatePullRequestStatusCommand({ pullRequestId, pullRequestStatus: 'CLOSED' }))],
  ] as const)('once it is %s: the release ends %s', async (_, outcome, detail, act) => {
    await world.apply((file) => file.setIn([...ENVIRONMENTS, 'dev', 'delivery'], 'pull-request'));
    const told = eventsFor('resume-pull-requests');
    const execution = await propose(nextImage());
    const pullRequestId = String((await world.merges.pending(DEV))?.pullRequest.number);
    await act(pullRequestId);
    expect(await world.executions.ended(execution)).toMatchObject({ outcome });
    expect(told()).toContainEqual(expect.objectContaining({ source: 'aws.codecommit', detail: expect.objectContaining({ pullRequestId, ...detail }) as unknown }));
  }, 300_000);
});

/** The events with which rules call a function from now on. */
function eventsFor(name: string): () => readonly unknown[] {
  const { lambda } = world.world.aws;
  const invoke = lambda.invokeFromRule.bind(lambda);
  const events: unknown[] = [];
  lambda.invokeFromRule = (call) => {
    if (call.functionArn.endsWith(`:slipway-sandbox-${name}`)) events.push(JSON.parse(call.payload));
    return invoke(call);
  };
  return () => events;
}

it('no other role may anything there', () => {
  const others = [...world.world.aws.iam.rolePolicies()].filter(([role]) => !ROLES.some((name) => role.endsWith(name)));
  expect(others.length).toBeGreaterThan(8);
  expect(others.flatMap(([, policies]) => actionsOf(policies)).filter((action) => action.startsWith('codecommit:'))).toEqual([]);
});

describe('a repository outside CodeCommitPrefix', () => {
  let inConfig = '';
  let inOther = '';
  beforeAll(async () => {
    world.world.aws.codecommit.addRepository('other', world.world.git.repository);
    inConfig = await openPullRequest('config');
    inOther = await openPullRequest('other');
  });

  it.each(ROLES)('is closed to %s, whatever it asks', async (role) => {
    const { aws } = world.world;
    const credentials = aws.iam.credentialsFor(`arn:aws:iam::${aws.account.id}:role/slipway-sandbox-${role}`, 'lambda.amazonaws.com', 'test');
    const client = new CodeCommitClient({ endpoint: aws.endpointUrl, region: aws.account.region, credentials, maxAttempts: 1 });
    const head = await world.head();
    const actions = actionsOnCodeCommit(role);
    const allowed = actions.find((action) => /:Get(Branch|PullRequest)$/.test(action)) ?? '';
    await expect(requestsTo('config', { head, pullRequestId: inConfig }, client)[allowed]?.()).resolves.toMatchObject({ $metadata: { httpStatusCode: 200 } });
    const requests = requestsTo('other', { head, pullRequestId: inOther }, client);
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

async function openPullRequest(repositoryName: string): Promise<string> {
  const targets = [{ repositoryName, sourceReference: 'refs/heads/main', destinationReference: 'refs/heads/main' }];
  const { pullRequest } = await person.send(new CreatePullRequestCommand({ title: 'Somebody else', description: '', targets }));
  return pullRequest?.pullRequestId ?? '';
}

function requestsTo(repositoryName: string, { head, pullRequestId }: { readonly head: string; readonly pullRequestId: string }, client: CodeCommitClient): Readonly<Record<string, () => Promise<unknown>>> {
  return {
    'codecommit:GetRepository': () => client.send(new GetRepositoryCommand({ repositoryName })),
    'codecommit:GetBranch': () => client.send(new GetBranchCommand({ repositoryName, branchName: 'main' })),
    'codecommit:GetCommit': () => client.send(new GetCommitCommand({ repositoryName, commitId: head })),
    'codecommit:GetFile': () => client.send(new GetFileCommand({ repositoryName, commitSpecifier: head, filePath: NOTES })),
    'codecommit:GetFolder': () => client.send(new GetFolderCommand({ repositoryName, commitSpecifier: head, folderPath: 'envs' })),
    'codecommit:CreateCommit': () => client.send(new CreateCommitCommand({ repositoryName, branchName: 'main', parentCommitId: head, commitMessage: 'x', authorName: 'x', email: 'x@example.com', putFiles: [{ filePath: NOTES, fileContent: Buffer.from('x') }] })),
    'codecommit:CreateBranch': () => client.send(new CreateBranchCommand({ repositoryName, branchName: 'x', commitId: head })),
    'codecommit:DeleteBranch': () => client.send(new DeleteBranchCommand({ repositoryName, branchName: 'x' })),
    'codecommit:ListPullRequests': () => client.send(new ListPullRequestsCommand({ repositoryName, pullRequestStatus: 'OPEN' })),
    'codecommit:GetPullRequest': () => client.send(new GetPullRequestCommand({ pullRequestId })),
    'codecommit:CreatePullRequest': () => client.send(new CreatePullRequestCommand({ title: 'x', description: 'x', targets: [{ repositoryName, sourceReference: 'refs/heads/x', destinationReference: 'refs/heads/main' }] })),
    'codecommit:UpdatePullRequestTitle': () => client.send(new UpdatePullRequestTitleCommand({ pullRequestId, title: 'x' })),
    'codecommit:UpdatePullRequestDescription': () => client.send(new UpdatePullRequestDescriptionCommand({ pullRequestId, description: 'x' })),
    'codecommit:UpdatePullRequestStatus': () => client.send(new UpdatePullRequestStatusCommand({ pullRequestId, pullRequestStatus: 'CLOSED' })),
  };
}

async function playFor(role: (typeof ROLES)[number], action: string): Promise<void> {
  const needsFolder = action === 'codecommit:GetFolder';
  if (role === 'sync-application') return withNotes(deployOverwritten);
  if (role === 'roll-back') return withNotes(() => deployBadImage(needsFolder ? removeNotes : undefined));
  await withNotes(async () => {
    if (role === 'join-batch') await occupyBranch(world);
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

const OVER_AN_OPEN_ONE = ['codecommit:GetPullRequest', 'codecommit:UpdatePullRequestTitle', 'codecommit:UpdatePullRequestDescription'];
const WITHDRAWING = ['codecommit:UpdatePullRequestStatus', 'codecommit:DeleteBranch'];

/** Comes to the action while releases wait as pull requests, and leaves neither an execution nor a pull request behind. */
async function playProposals(role: (typeof ROLES)[number], action: string): Promise<void> {
  if (role === 'await-merge') return void (await world.deploy(nextImage()));
  const executions = [await propose(nextImage())];
  if (role === 'resume-pull-requests') await look();
  if (role === 'commit-release' && OVER_AN_OPEN_ONE.includes(action)) executions.push(await propose(nextImage()));
  if (role === 'commit-release' && WITHDRAWING.includes(action)) executions.push(await proposeWhatIsThere());
  for (const execution of executions) await world.executions.stop(execution);
  await closeAll();
}

/** Resolves once the execution waits for a merge, or has ended. */
async function propose(image: Image): Promise<string> {
  const [execution = ''] = await world.push(image);
  await mergeAwaitedBy(world, execution);
  return execution;
}

/** Somebody has committed the release by hand, so that the open pull request is no longer wanted. */
async function proposeWhatIsThere(): Promise<string> {
  const image = nextImage();
  const { [VALUES_FILE]: text = '' } = await world.world.git.repository.readFiles('main', [VALUES_FILE]);
  const values = parseDocument(text);
  values.setIn(['image', 'tag'], image.tag);
  values.setIn(['image', 'digest'], image.digest);
  await commit({ [VALUES_FILE]: values.toString(), [NOTES]: `release: ${image.tag}\n` });
  return propose(image);
}

/** The schedule looks at what is waited for. */
async function look(): Promise<void> {
  const { aws, stage } = world.world;
  aws.events.fire(`slipway-${stage}-pull-requests-due`);
  await aws.events.settled();
}

async function closeAll(): Promise<void> {
  const { pullRequestIds = [] } = await person.send(new ListPullRequestsCommand({ repositoryName: 'config', pullRequestStatus: 'OPEN' }));
  for (const pullRequestId of pullRequestIds) await person.send(new UpdatePullRequestStatusCommand({ pullRequestId, pullRequestStatus: 'CLOSED' }));
}
