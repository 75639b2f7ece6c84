import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CodeCommitClient, CreateBranchCommand, CreateCommitCommand, CreatePullRequestCommand, GetFileCommand, GetPullRequestCommand, MergePullRequestBySquashCommand, PutFileCommand, UpdatePullRequestStatusCommand } from '@aws-sdk/client-codecommit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCodeCommit } from '../../../sandbox/aws/codecommit/codecommit.ts';
import type { AwsEvent } from '../../../sandbox/aws/eventbridge/event.ts';
import { type BareRepository, commitIfHead, createBareRepository } from '../../../sandbox/git/bare-repository.ts';
import { startAws, type TestAws } from '../../support/aws.ts';

/** What the contract of GitHost does not come to: test/contract/git-host.codecommit.test.ts runs on this service. */

let folder: string;
let repository: BareRepository;
let aws: TestAws;
let client: CodeCommitClient;
const events: AwsEvent[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-codecommit-'));
  repository = await createBareRepository(folder, { 'values.yaml': 'tag: v1\n' });
  events.length = 0;
  const codecommit = createCodeCommit((event) => events.push(event));
  codecommit.addRepository('config', repository);
  aws = await startAws(codecommit);
  client = new CodeCommitClient(aws.administrator);
});
afterEach(async () => {
  await aws.close();
  await rm(folder, { recursive: true, force: true });
});

const at = async () => ({ repositoryName: 'config', branchName: 'main', parentCommitId: (await repository.resolve('main')) ?? '', commitMessage: 'Deploy v2\n', authorName: 'CI', email: 'ci@example.com' });

describe('a commit', () => {
  it('is in the repository that others read, with its author', async () => {
    const { commitId } = await client.send(new CreateCommitCommand({ ...(await at()), putFiles: [{ filePath: 'values.yaml', fileContent: Buffer.from('tag: v2\n') }] }));
    expect((await repository.log())[0]).toEqual({ revision: commitId, author: 'CI <ci@example.com>', message: 'Deploy v2' });
    expect(await repository.readFiles('main', ['values.yaml'])).toEqual({ 'values.yaml': 'tag: v2\n' });
  });

  it('that changes nothing is refused', async () => {
    const same = client.send(new CreateCommitCommand({ ...(await at()), putFiles: [{ filePath: 'values.yaml', fileContent: Buffer.from('tag: v1\n') }] }));
    await expect(same).rejects.toMatchObject({ name: 'NoChangeException' });
  });

  it('is allowed by the ARN of its repository', async () => {
    const only = new CodeCommitClient(aws.only('codecommit:GetFile'));
    await expect(only.send(new CreateCommitCommand({ ...(await at()), putFiles: [] }))).rejects.toMatchObject({ name: 'AccessDeniedException', message: expect.stringContaining('codecommit:CreateCommit on resource: arn:aws:codecommit:eu-central-1:111122223333:config ') as string });
  });
});

describe('a pull request', () => {
  const targets = [{ repositoryName: 'config', sourceReference: 'refs/heads/next', destinationReference: 'refs/heads/main' }];

  async function opened(clientRequestToken?: string): Promise<string> {
    const { pullRequest } = await client.send(new CreatePullRequestCommand({ title: 'Deploy v2', description: '', targets, clientRequestToken }));
    return pullRequest?.pullRequestId ?? '';
  }

  async function commitOn(branchName: string, text: string): Promise<void> {
    const parentCommitId = (await repository.resolve(branchName)) ?? '';
    await client.send(new CreateCommitCommand({ ...(await at()), branchName, parentCommitId, putFiles: [{ filePath: 'values.yaml', fileContent: Buffer.from(text) }] }));
  }

  beforeEach(async () => {
    await client.send(new CreateBranchCommand({ repositoryName: 'config', branchName: 'next', commitId: (await repository.resolve('main')) ?? '' }));
    await commitOn('next', 'tag: v2\n');
  });

  it('is opened once, however often the request is sent', async () => {
    expect([await opened('one'), await opened('one'), await opened()]).toEqual(['1', '1', '2']);
  });

  it('is told of to EventBridge when it is opened, closed and merged, each time once', async () => {
    const [first, second] = [await opened('one'), await opened('two')];
    await opened('one');
    await client.send(new UpdatePullRequestStatusCommand({ pullRequestId: first, pullRequestStatus: 'CLOSED' }));
    await client.send(new MergePullRequestBySquashCommand({ pullRequestId: second, repositoryName: 'config' }));
    const said = events.map(({ detail: { event, pullRequestId, pullRequestStatus, isMerged } }) => [event, pullRequestId, pullRequestStatus, isMerged]);
    expect(said).toEqual([
      ['pullRequestCreated', '1', 'Open', 'False'],
      ['pullRequestCreated', '2', 'Open', 'False'],
      ['pullRequestStatusChanged', '1', 'Closed', 'False'],
      ['pullRequestMergeStatusUpdated', '2', 'Closed', 'True'],
    ]);
    expect(events[0]).toMatchObject({ source: 'aws.codecommit', 'detail-type': 'CodeCommit Pull Request State Change', resources: ['arn:aws:codecommit:eu-central-1:111122223333:config'] });
  });

  it('is not merged where both branches have changed a line', async () => {
    const pullRequestId = await opened();
    await commitOn('main', 'tag: v3\n');
    await expect(client.send(new MergePullRequestBySquashCommand({ pullRequestId, repositoryName: 'config' }))).rejects.toMatchObject({ name: 'ManualMergeRequiredException' });
    expect(await repository.readFiles('main', ['values.yaml'])).toEqual({ 'values.yaml': 'tag: v3\n' });
  });

  it('is shown to who may read those of its repository', async () => {
    const pullRequestId = await opened();
    const only = new CodeCommitClient(aws.only('codecommit:ListPullRequests'));
    await expect(only.send(new GetPullRequestCommand({ pullRequestId }))).rejects.toMatchObject({ name: 'AccessDeniedException', message: expect.stringContaining('codecommit:GetPullRequest on resource: arn:aws:codecommit:eu-central-1:111122223333:config ') as string });
  });
});

it('says of a symbolic link that it is one', async () => {
  const parent = await repository.resolve('main');
  const commitSpecifier = (await commitIfHead(folder, { branch: 'main', parent, message: 'Link', files: { link: 'values.yaml' }, mode: '120000' })) ?? '';
  expect(await client.send(new GetFileCommand({ repositoryName: 'config', commitSpecifier, filePath: 'link' }))).toMatchObject({ fileMode: 'SYMLINK' });
});

it('refuses by name what it does not know', async () => {
  await expect(client.send(new PutFileCommand({ repositoryName: 'config', branchName: 'main', filePath: 'x', fileContent: Buffer.from('x') }))).rejects.toThrow('The sandbox does not know operation PutFile of codecommit.');
  await expect(client.send(new CreateCommitCommand({ ...(await at()), deleteFiles: [{ filePath: 'values.yaml' }] }))).rejects.toThrow('CreateCommit: the sandbox does not know deleteFiles');
});
