import {
  CreatePullRequestCommand,
  GetPullRequestCommand,
  ListPullRequestsCommand,
  type PullRequest as CodeCommitPull,
  UpdatePullRequestDescriptionCommand,
  UpdatePullRequestStatusCommand,
  UpdatePullRequestTitleCommand,
} from '@aws-sdk/client-codecommit';
import { ConfigurationError, ConflictError, NotFoundError, UnavailableError } from '../../domain/errors.ts';
import type { PullRequest } from '../../domain/pull-request.ts';
import type { Proposal, PullRequests } from '../../ports/pull-requests.ts';
import { callCodeCommit, isException } from './errors.ts';
import { branchHead, moveHeadBranch, removeBranch } from './head-branch.ts';
import type { CodeCommitRepository } from './open-codecommit.ts';

/** CodeCommit takes no longer titles and descriptions. */
const TITLE_LIMIT = 150;
const DESCRIPTION_LIMIT = 10_240;

/** Pull requests on CodeCommit to one branch. @param page of the repository in the console */
export function createCodeCommitPulls(codecommit: CodeCommitRepository, page: string): PullRequests {
  const { client, name } = codecommit;
  const asPort = (pull: CodeCommitPull): PullRequest => portOf(pull, page);

  async function look(pullRequestId: string): Promise<CodeCommitPull> {
    const { pullRequest } = await callCodeCommit(codecommit, 'codecommit:GetPullRequest', async () => {
      try {
        return await client.send(new GetPullRequestCommand({ pullRequestId }));
      } catch (error) {
        throw isException(error, 'PullRequestDoesNotExistException') ? new NotFoundError(`${name} has no pull request #${pullRequestId}.`) : error;
      }
    });
    return told(codecommit, pullRequest);
  }

  return {
    async find(branch) {
      const [head, open] = await Promise.all([branchHead(codecommit, branch), findOpen(codecommit, branch, look)]);
      return { name: branch, head, pullRequest: open === null ? null : asPort(open) };
    },
    async propose(proposal) {
      const base = await branchHead(codecommit, codecommit.branch);
      if (base !== proposal.base.revision) throw new ConflictError(`${name}: ${codecommit.branch} moved before the commit arrived: it points to ${base}.`);
      // The words first: after an interruption, only a head that is not the wanted one has them written again.
      const updated = await updateWords(codecommit, proposal);
      const head = await moveHeadBranch(codecommit, proposal);
      return { ...asPort(updated ?? (await openNew(codecommit, proposal))), head };
    },
    look: async (number) => asPort(await look(String(number))),
    async withdraw({ name: branch, pullRequest }) {
      if (pullRequest !== null && (await look(String(pullRequest.number))).pullRequestStatus === 'OPEN') {
        const command = new UpdatePullRequestStatusCommand({ pullRequestId: String(pullRequest.number), pullRequestStatus: 'CLOSED' });
        await callCodeCommit(codecommit, 'codecommit:UpdatePullRequestStatus', () => client.send(command));
      }
      await removeBranch(codecommit, branch);
    },
    async autoMerge() {
      throw new ConfigurationError(`${name} is on CodeCommit, which merges no pull request by itself; leave merge.automatic out.`);
    },
    // Who asks here is not who will open one: that is a function, whose role the stack has given its rights.
    checkRights: () => Promise.resolve(),
  };
}

/** CodeCommit has no search by branch. */
async function findOpen(codecommit: CodeCommitRepository, branch: string, look: (id: string) => Promise<CodeCommitPull>, nextToken?: string): Promise<CodeCommitPull | null> {
  const { client, repositoryName } = codecommit;
  const command = new ListPullRequestsCommand({ repositoryName, pullRequestStatus: 'OPEN', ...(nextToken !== undefined && { nextToken }) });
  const listed = await callCodeCommit(codecommit, 'codecommit:ListPullRequests', () => client.send(command));
  const pulls = await Promise.all((listed.pullRequestIds ?? []).map(look));
  const found = pulls.find(({ pullRequestTargets: [target] = [] }) => target?.sourceReference === refOf(branch) && target.destinationReference === refOf(codecommit.branch));
  if (found !== undefined) return found;
  return listed.nextToken === undefined ? null : findOpen(codecommit, branch, look, listed.nextToken);
}

/** Of the pull request that is open; null where there is none. */
async function updateWords(codecommit: CodeCommitRepository, { branch, ...words }: Proposal): Promise<CodeCommitPull | null> {
  if (branch.pullRequest === null) return null;
  const { client } = codecommit;
  const { title, description } = shortened(words);
  const pullRequestId = String(branch.pullRequest.number);
  await callCodeCommit(codecommit, 'codecommit:UpdatePullRequestTitle', () => client.send(new UpdatePullRequestTitleCommand({ pullRequestId, title })));
  const updated = await callCodeCommit(codecommit, 'codecommit:UpdatePullRequestDescription', () => client.send(new UpdatePullRequestDescriptionCommand({ pullRequestId, description })));
  return told(codecommit, updated.pullRequest);
}

async function openNew(codecommit: CodeCommitRepository, { branch, ...words }: Proposal): Promise<CodeCommitPull> {
  const { client, repositoryName } = codecommit;
  const targets = [{ repositoryName, sourceReference: refOf(branch.name), destinationReference: refOf(codecommit.branch) }];
  const opened = await callCodeCommit(codecommit, 'codecommit:CreatePullRequest', () => client.send(new CreatePullRequestCommand({ ...shortened(words), targets })));
  return told(codecommit, opened.pullRequest);
}

function shortened({ title, body }: Pick<Proposal, 'title' | 'body'>): { readonly title: string; readonly description: string } {
  return { title: title.slice(0, TITLE_LIMIT), description: body.slice(0, DESCRIPTION_LIMIT) };
}

function told({ name }: CodeCommitRepository, pull: CodeCommitPull | undefined): CodeCommitPull {
  if (pull === undefined) throw new UnavailableError(`${name} gave an answer without the pull request.`);
  return pull;
}

function refOf(branch: string): string {
  return `refs/heads/${branch}`;
}

/** Who closed one is not among what CodeCommit says of it; when is its last activity. */
function portOf({ pullRequestId = '', pullRequestStatus, pullRequestTargets: [target] = [], lastActivityDate }: CodeCommitPull, page: string): PullRequest {
  const isMerged = target?.mergeMetadata?.isMerged === true;
  const state = isMerged ? 'merged' : pullRequestStatus === 'CLOSED' ? 'closed' : 'open';
  const by = isMerged ? target?.mergeMetadata?.mergedBy : undefined;
  const at = state === 'open' ? undefined : lastActivityDate?.toISOString();
  return { number: Number(pullRequestId), url: `${page}/pull-requests/${pullRequestId}/details`, state, head: target?.sourceCommit ?? '', ...(by !== undefined && { by }), ...(at !== undefined && { at }) };
}
