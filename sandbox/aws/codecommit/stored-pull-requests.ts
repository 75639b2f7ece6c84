import type { BareRepository } from '../../git/bare-repository.ts';
import { branchHead } from '../../git/refs.ts';
import { AwsError } from '../service.ts';

/** A pull request as CodeCommit keeps it. */
export type StoredPullRequest = {
  readonly id: string;
  readonly repositoryName: string;
  readonly repository: BareRepository;
  /** Branches, without `refs/heads/`. */
  readonly source: string;
  readonly destination: string;
  /** Of the request that opened it: the SDK sends it again with each retry. */
  readonly clientRequestToken: string;
  title: string;
  description: string;
  status: 'OPEN' | 'CLOSED';
  /** What the source pointed to when it was last looked at while the pull request was open. */
  sourceCommit: string;
  /** Who merged it, by ARN, and the commit that came of it. */
  merge: { readonly by: string; readonly commitId: string } | null;
  /** Epoch milliseconds. */
  lastActivity: number;
};

/** The pull requests of the account: their ids count through all repositories. */
export type StoredPullRequests = {
  all(): readonly StoredPullRequest[];
  find(id: string): StoredPullRequest;
  /** Opens one, or finds the one that the same request has opened. */
  open(pull: Pick<StoredPullRequest, 'repositoryName' | 'repository' | 'source' | 'destination' | 'title' | 'description' | 'clientRequestToken'>): StoredPullRequest;
  change(pull: StoredPullRequest, change: Partial<Pick<StoredPullRequest, 'title' | 'description' | 'status' | 'merge'>>): StoredPullRequest;
};

export function createStoredPullRequests(): StoredPullRequests {
  const pulls: StoredPullRequest[] = [];

  function refresh(pull: StoredPullRequest): StoredPullRequest {
    if (pull.status === 'OPEN') pull.sourceCommit = branchHead(pull.repository.directory, pull.source) ?? pull.sourceCommit;
    return pull;
  }

  return {
    all: () => pulls.map(refresh),
    find(id) {
      const pull = pulls.find((one) => one.id === id);
      if (pull === undefined) throw new AwsError('PullRequestDoesNotExistException', 'The pull request does not exist.');
      return refresh(pull);
    },
    open(pull) {
      const before = pulls.find(({ clientRequestToken }) => clientRequestToken === pull.clientRequestToken);
      if (before !== undefined) return refresh(before);
      const opened: StoredPullRequest = { ...pull, id: String(pulls.length + 1), status: 'OPEN', sourceCommit: '', merge: null, lastActivity: Date.now() };
      pulls.push(opened);
      return refresh(opened);
    },
    change: (pull, change) => Object.assign(refresh(pull), change, { lastActivity: Date.now() }),
  };
}
