import { runGit } from '../../../sandbox/git/run-git.ts';
import type { ForgeState } from './forge-world.ts';
import { branchHead } from './stored-commits.ts';
import type { StoredPull } from './stored-pulls.ts';

type Request = Readonly<Record<string, unknown>>;
/** Makes an exception of CodeCommit, by its name. */
type Fail = (type: string, message: string) => Error;

/** Operations on branches and pull requests, in CodeCommit's words. */
export function pullOperations(fail: Fail): Readonly<Record<string, (state: ForgeState, request: Request) => Promise<object>>> {
  const find = ({ pulls }: ForgeState, { pullRequestId }: Request): StoredPull => {
    const pull = pulls.find(Number(pullRequestId));
    if (pull === undefined) throw fail('PullRequestDoesNotExistException', 'The pull request does not exist.');
    return pull;
  };
  const told = async ({ pulls }: ForgeState, pull: StoredPull) => ({ pullRequest: shown(await pulls.refresh(pull)) });
  return {
    async CreateBranch({ directory }, { branchName, commitId }) {
      if ((await branchHead(directory, String(branchName))) !== null) throw fail('BranchNameExistsException', 'The branch name already exists.');
      await runGit(directory, ['update-ref', `refs/heads/${String(branchName)}`, String(commitId)]);
      return {};
    },
    async DeleteBranch({ directory }, { branchName }) {
      const commitId = await branchHead(directory, String(branchName));
      if (commitId === null) return {};
      await runGit(directory, ['update-ref', '-d', `refs/heads/${String(branchName)}`]);
      return { deletedBranch: { branchName, commitId } };
    },
    async ListPullRequests({ pulls }, { pullRequestStatus }) {
      return { pullRequestIds: pulls.all().filter(({ state }) => (state === 'open') === (pullRequestStatus === 'OPEN')).map(({ number }) => String(number)) };
    },
    GetPullRequest: async (state, request) => told(state, find(state, request)),
    async CreatePullRequest(state, request) {
      const { title, description, targets } = request as { title: string; description: string; targets: [{ sourceReference: string; destinationReference: string }] };
      const [{ sourceReference, destinationReference }] = targets;
      const [branch, base] = [sourceReference, destinationReference].map((ref) => ref.replace('refs/heads/', ''));
      return told(state, await state.pulls.open({ branch: branch ?? '', base: base ?? '', title, body: description }));
    },
    UpdatePullRequestTitle: async (state, request) => told(state, Object.assign(find(state, request), { title: request['title'] })),
    UpdatePullRequestDescription: async (state, request) => told(state, Object.assign(find(state, request), { body: request['description'] })),
    async UpdatePullRequestStatus(state, request) {
      const pull = find(state, request);
      if (pull.state !== 'open') throw fail('PullRequestAlreadyClosedException', 'The pull request is closed already.');
      await state.pulls.close(pull.number);
      return told(state, pull);
    },
  };
}

function shown({ number, title, body, state, branch, base, head, by, at, mergeCommit }: StoredPull): object {
  const isMerged = state === 'merged';
  return {
    pullRequestId: String(number),
    title,
    description: body,
    pullRequestStatus: state === 'open' ? 'OPEN' : 'CLOSED',
    lastActivityDate: at === null ? 1_767_323_045 : Date.parse(at) / 1_000,
    pullRequestTargets: [
      {
        repositoryName: 'config',
        sourceReference: `refs/heads/${branch}`,
        destinationReference: `refs/heads/${base}`,
        sourceCommit: head,
        mergeMetadata: isMerged ? { isMerged, mergedBy: by, mergeCommitId: mergeCommit } : { isMerged },
      },
    ],
  };
}
