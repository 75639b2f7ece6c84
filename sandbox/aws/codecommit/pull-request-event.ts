import { randomUUID } from 'node:crypto';
import type { AwsEvent } from '../eventbridge/event.ts';
import type { AwsAccount } from '../service.ts';
import { repositoryArn } from './repository.ts';
import type { StoredPullRequest } from './stored-pull-requests.ts';

/** What happened to a pull request, as far as the sandbox tells of it. A merge is a change of its merge status alone. */
export type PullRequestChange = 'pullRequestCreated' | 'pullRequestStatusChanged' | 'pullRequestMergeStatusUpdated';

/** Event that CodeCommit sends to EventBridge. */
export function pullRequestEvent(account: AwsAccount, { id, title, description, status, lastActivity, repositoryName, source, destination, sourceCommit, merge }: StoredPullRequest, change: PullRequestChange, callerUserArn: string): AwsEvent {
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': 'CodeCommit Pull Request State Change',
    source: 'aws.codecommit',
    account: account.id,
    time: new Date(lastActivity).toISOString().replace(/\.\d+Z$/, 'Z'),
    region: account.region,
    resources: [repositoryArn(repositoryName, account)],
    detail: {
      event: change,
      pullRequestId: id,
      repositoryNames: [repositoryName],
      title,
      description,
      callerUserArn,
      pullRequestStatus: status === 'OPEN' ? 'Open' : 'Closed',
      isMerged: merge === null ? 'False' : 'True',
      ...(merge !== null && { mergeOption: 'SQUASH_MERGE' }),
      sourceReference: `refs/heads/${source}`,
      sourceCommit,
      destinationReference: `refs/heads/${destination}`,
    },
  };
}
