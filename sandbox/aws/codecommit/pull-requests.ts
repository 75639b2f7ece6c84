import { z } from 'zod';
import type { AwsEvent } from '../eventbridge/event.ts';
import { operation } from '../operation.ts';
import { AwsError, type AwsAccount, type AwsCall, type AwsOperation, type Need } from '../service.ts';
import { squashOnto } from './merge-pull-request.ts';
import { type PullRequestChange, pullRequestEvent } from './pull-request-event.ts';
import { type Repositories, repositoryArn, RepositoryName, repositoryOf } from './repository.ts';
import { createStoredPullRequests, type StoredPullRequest } from './stored-pull-requests.ts';

const PullRequestId = { pullRequestId: z.string() };
type PullRequestId = { readonly pullRequestId: string };

const Reference = z.string().startsWith('refs/heads/');
const Target = z.strictObject({ ...RepositoryName, sourceReference: Reference, destinationReference: Reference });
const CreateInput = z.strictObject({ title: z.string().max(150), description: z.string().max(10_240), targets: z.tuple([Target]), clientRequestToken: z.string() });
const ListInput = z.strictObject({ ...RepositoryName, pullRequestStatus: z.enum(['OPEN', 'CLOSED']) });
const TitleInput = z.strictObject({ ...PullRequestId, title: z.string().max(150) });
const DescriptionInput = z.strictObject({ ...PullRequestId, description: z.string().max(10_240) });
const StatusInput = z.strictObject({ ...PullRequestId, pullRequestStatus: z.literal('CLOSED') });
const SquashInput = z.strictObject({ ...PullRequestId, ...RepositoryName });

/** Pull requests of these repositories, and the events that changes of them cause. Who works on one needs the right on its repository. */
export function pullRequestOperations(repositories: Repositories, publish: (event: AwsEvent) => void): Readonly<Record<string, AwsOperation>> {
  const pulls = createStoredPullRequests();

  function tell(pull: StoredPullRequest, change: PullRequestChange, { account, caller }: AwsCall): StoredPullRequest {
    publish(pullRequestEvent(account, pull, change, caller.arn));
    return pull;
  }

  /** An operation on a pull request that is there. */
  function on<Input extends PullRequestId>(name: string, schema: z.ZodType<Input>, run: (pull: StoredPullRequest, input: Input, call: AwsCall) => StoredPullRequest | Promise<StoredPullRequest>): Readonly<Record<string, AwsOperation>> {
    const needs = ({ pullRequestId }: Input, account: AwsAccount): readonly Need[] => needsOf(name, pulls.find(pullRequestId).repositoryName, account);
    return { [name]: operation(name, schema, needs, async (input, call) => ({ pullRequest: shown(await run(pulls.find(input.pullRequestId), input, call)) })) };
  }

  return {
    CreatePullRequest: operation('CreatePullRequest', CreateInput, ({ targets: [{ repositoryName }] }, account) => needsOf('CreatePullRequest', repositoryName, account), ({ targets: [target], ...words }, call) => {
      const [source, destination] = [branchOf(target.sourceReference), branchOf(target.destinationReference)];
      const { repositoryName } = target;
      const isSentAgain = pulls.all().some(({ clientRequestToken }) => clientRequestToken === words.clientRequestToken);
      const opened = pulls.open({ repositoryName, repository: repositoryOf(repositories, target), source, destination, ...words });
      return { pullRequest: shown(isSentAgain ? opened : tell(opened, 'pullRequestCreated', call)) };
    }),
    ListPullRequests: operation('ListPullRequests', ListInput, ({ repositoryName }, account) => needsOf('ListPullRequests', repositoryName, account), ({ repositoryName, pullRequestStatus }) => ({
      pullRequestIds: pulls.all().filter((pull) => pull.repositoryName === repositoryName && pull.status === pullRequestStatus).map(({ id }) => id),
    })),
    ...on('GetPullRequest', z.strictObject(PullRequestId), (pull) => pull),
    ...on('UpdatePullRequestTitle', TitleInput, (pull, { title }) => pulls.change(opened(pull), { title })),
    ...on('UpdatePullRequestDescription', DescriptionInput, (pull, { description }) => pulls.change(opened(pull), { description })),
    ...on('UpdatePullRequestStatus', StatusInput, (pull, _input, call) => tell(pulls.change(opened(pull), { status: 'CLOSED' }), 'pullRequestStatusChanged', call)),
    ...on('MergePullRequestBySquash', SquashInput, async (pull, _input, call) => {
      const merge = { by: call.caller.arn, commitId: await squashOnto(opened(pull)) };
      return tell(pulls.change(pull, { status: 'CLOSED', merge }), 'pullRequestMergeStatusUpdated', call);
    }),
  };
}

function needsOf(operationName: string, repositoryName: string, account: AwsAccount): readonly Need[] {
  return [{ action: `codecommit:${operationName}`, resource: repositoryArn(repositoryName, account) }];
}

function opened(pull: StoredPullRequest): StoredPullRequest {
  if (pull.status === 'CLOSED') throw new AwsError('PullRequestAlreadyClosedException', 'The pull request is closed already.');
  return pull;
}

function branchOf(reference: string): string {
  return reference.replace('refs/heads/', '');
}

function shown({ id, title, description, status, lastActivity, repositoryName, source, destination, sourceCommit, merge }: StoredPullRequest): object {
  const mergeMetadata = merge === null ? { isMerged: false } : { isMerged: true, mergedBy: merge.by, mergeCommitId: merge.commitId };
  return {
    pullRequestId: id,
    title,
    description,
    pullRequestStatus: status,
    lastActivityDate: lastActivity / 1_000,
    pullRequestTargets: [{ repositoryName, sourceReference: `refs/heads/${source}`, destinationReference: `refs/heads/${destination}`, sourceCommit, mergeMetadata }],
  };
}
