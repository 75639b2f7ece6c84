import { CodeCommitClient, GetPullRequestCommand, MergePullRequestBySquashCommand, UpdatePullRequestStatusCommand } from '@aws-sdk/client-codecommit';
import { type CodeCommit, createCodeCommit } from '../../../sandbox/aws/codecommit/codecommit.ts';
import type { NamedPolicy } from '../../../sandbox/aws/iam/iam.ts';
import { AwsError, type AwsOperation, type AwsService } from '../../../sandbox/aws/service.ts';
import { openBareRepository } from '../../../sandbox/git/bare-repository.ts';
import { createOpenCodeCommit, createOpenCodeCommitPulls } from '../../../src/adapters/codecommit/open-codecommit.ts';
import type { GitRepository } from '../../../src/domain/service.ts';
import type { OpenGitHost } from '../../../src/ports/git-host.ts';
import type { GitFiles } from '../../contract/git-host.contract.ts';
import type { PullRequestsWorld } from '../../contract/pull-requests.contract.ts';
import { IMPATIENCE } from '../../contract/git-refusals.contract.ts';
import { aPolicy, aRole } from '../../sandbox/aws/a-role.ts';
import { ACCOUNT, type ClientConfig, startAws, type TestAws } from '../aws.ts';
import { headAndParent, remainsOf } from '../git/past-the-server.ts';
import { createForgeWorld, type ForgeState, type ForgeWorld } from './forge-world.ts';

const URL = 'https://git-codecommit.eu-central-1.amazonaws.com/v1/repos/config';
const READ = ['GetRepository', 'GetBranch', 'GetCommit', 'GetFile', 'GetFolder'].map((name) => `codecommit:${name}`);
const WRITE = [...READ, 'codecommit:CreateCommit'];
const PROPOSE = ['CreateBranch', 'DeleteBranch', 'ListPullRequests', 'GetPullRequest', 'CreatePullRequest', 'UpdatePullRequestTitle', 'UpdatePullRequestDescription', 'UpdatePullRequestStatus'].map((name) => `codecommit:${name}`);

export type CodeCommitWorldOptions = {
  /** Where the SDK finds CodeCommit, given where the sandbox's endpoint is. */
  readonly endpointOf?: (endpoint: string) => string;
};

/** A repository in the sandbox's CodeCommit. A user is a role: who is allowed what, IAM says. */
export async function createCodeCommitWorld(files: GitFiles, options: CodeCommitWorldOptions = {}): Promise<ForgeWorld> {
  return (await startWorld(files, options)).world;
}

type Started = { readonly world: ForgeWorld; readonly aws: TestAws; readonly clients: ReturnType<typeof clientsOf> };

async function startWorld(files: GitFiles, { endpointOf = (endpoint) => endpoint }: CodeCommitWorldOptions = {}): Promise<Started> {
  const started: TestAws[] = [];
  const world = await createForgeWorld(files, {
    host: 'codecommit',
    async start(state) {
      const codecommit = createCodeCommit(() => undefined);
      codecommit.addRepository('config', openBareRepository(state.directory));
      const aws = await startAws(inTrouble(codecommit, state));
      started.push(aws);
      return { url: aws.administrator.endpoint, calls: [], stop: () => aws.close() };
    },
    open: (): OpenGitHost => () => Promise.reject(new Error('A repository on CodeCommit is opened with the rights of a role.')),
    protectedWords: 'explicit deny',
  });
  const [aws] = started;
  if (aws === undefined) throw new Error('The world has no AWS.');
  const clients = clientsOf(aws, endpointOf(world.standIn.url));
  const openWith = (silence: number): ForgeWorld['open'] => async (user, overrides) => {
    const { credentials: _, ...repository }: GitRepository = { host: 'codecommit', url: URL, branch: 'main', aliases: [], ...overrides };
    return createOpenCodeCommit({ connect: (region) => clients(region, user, silence) })(repository);
  };
  const about = { url: URL, credentials: 'check the AWS credentials', open: openWith(30_000), openImpatiently: openWith(IMPATIENCE) };
  const protect = async (): Promise<string> => {
    aws.iam.setPolicies('writer', [...aws.iam.policiesOf('writer'), DENIED]);
    return 'explicit deny';
  };
  return { world: { ...world, ...about, protect }, aws, clients };
}

/** Its pull requests, which people merge and close in the account: CodeCommit moves no branch by force, and merges none by itself. */
export async function createCodeCommitPullsWorld(files: GitFiles): Promise<PullRequestsWorld> {
  const { world, aws, clients } = await startWorld(files);
  const person = new CodeCommitClient(aws.administrator);
  const { directory } = world.state;
  return {
    open: (user) => createOpenCodeCommitPulls({ connect: (region) => clients(region, user, 30_000) })({ host: 'codecommit', url: URL, branch: 'main', aliases: [] }),
    openHost: (user) => world.open(user),
    commit: (changed) => world.commit(changed),
    head: () => world.head(),
    merge: async (number) => void (await person.send(new MergePullRequestBySquashCommand({ pullRequestId: String(number), repositoryName: 'config' }))),
    close: async (number) => void (await person.send(new UpdatePullRequestStatusCommand({ pullRequestId: String(number), pullRequestStatus: 'CLOSED' }))),
    person: `arn:aws:iam::${ACCOUNT.id}:user/admin`,
    branch: (name) => headAndParent(directory, name),
    async words(number) {
      const { pullRequest } = await person.send(new GetPullRequestCommand({ pullRequestId: String(number) }));
      return { title: pullRequest?.title ?? '', body: pullRequest?.description ?? '' };
    },
    requireCheck: null,
    rebases: false,
    tellsRights: false,
    meanwhile: null,
    remains: { ...remainsOf(directory), decline: async (words) => void (world.state.declined = words), hasAside: false },
    stop: () => world.stop(),
  };
}

const DENIED: NamedPolicy = { name: 'protected', document: aPolicy({ Effect: 'Deny', Action: 'codecommit:CreateCommit' }) };

/** CodeCommit while it throttles, or declines commits. */
function inTrouble(codecommit: CodeCommit, state: ForgeState): AwsService {
  const operations = Object.entries(codecommit.operations).map(([name, operation]): [string, AwsOperation] => [name, inTroubleWith(name, operation, state)]);
  return { ...codecommit, operations: Object.fromEntries(operations) };
}

function inTroubleWith(name: string, operation: AwsOperation, state: ForgeState): AwsOperation {
  return {
    needs(input: unknown, account) {
      if (state.limitedUntil !== null) throw new AwsError('ThrottlingException', 'Rate exceeded');
      return operation.needs(input, account);
    },
    async run(input: unknown, call): Promise<unknown> {
      if (name === 'CreateCommit' && state.declined !== null) throw new AwsError('CommitMessageLengthExceededException', state.declined);
      return operation.run(input, call);
    },
  };
}

type User = Parameters<ForgeWorld['open']>[0];

/** A client for each user, region and patience. It tries once: what is tried again, and how often, is the state machine's. */
function clientsOf({ iam }: TestAws, endpoint: string): (region: string, user: User, silence: number) => CodeCommitClient {
  const roleOf = (name: string, actions: readonly string[]): ClientConfig['credentials'] => iam.credentialsFor(iam.createRole(aRole({ name, actions })).arn, 'lambda.amazonaws.com', 'test');
  const users = { writer: roleOf('writer', [...WRITE, ...PROPOSE]), reader: roleOf('reader', READ), stranger: { accessKeyId: 'AKIASTRANGER', secretAccessKey: 'x' } };
  const clients = new Map<string, CodeCommitClient>();
  return (region, user, silence) => {
    const key = JSON.stringify([region, user, silence]);
    const client = clients.get(key) ?? new CodeCommitClient({ region, endpoint, maxAttempts: 1, credentials: users[user], requestHandler: { requestTimeout: silence, throwOnRequestTimeout: true } });
    clients.set(key, client);
    return client;
  };
}
