import type { PullRequest } from '../domain/pull-request.ts';
import type { GitRepository } from '../domain/service.ts';
import type { GitSnapshot } from './git-host.ts';

/** A branch from which pull requests are opened, as it is now. */
export type HeadBranch = {
  readonly name: string;
  /** Commit that it points to; null where there is no such branch. */
  readonly head: string | null;
  /** The open one from it to the branch of the repository's entry. */
  readonly pullRequest: PullRequest | null;
};

/** One commit that is proposed. */
export type Proposal = {
  /** The head branch as it was read: it is created or moved, by force where needed, only if it is still so. */
  readonly branch: HeadBranch;
  /** The base branch as it was read: its commit, or a later one in which these files are the same, is the parent. */
  readonly base: GitSnapshot;
  /** Whole texts of the files that change. */
  readonly files: Readonly<Record<string, string>>;
  readonly message: string;
  readonly title: string;
  readonly body: string;
};

/** Pull requests to one branch of one repository; GitLab calls them merge requests. */
export interface PullRequests {
  /** @throws NotFoundError for a repository that is not there, or hidden */
  find(branch: string): Promise<HeadBranch>;
  /**
   * Puts one commit on top of the base into the head branch, and opens a pull request or gives the open one its new words.
   * @throws ConflictError when the head branch, or one of the files, changed since it was read; RefusedError with the host's words when it declines
   */
  propose(proposal: Proposal): Promise<PullRequest>;
  /** @throws NotFoundError for a number that there is not */
  look(number: number): Promise<PullRequest>;
  /** Closes the open one and removes its branch, so that whoever is about to move it loses. Safe to repeat. */
  withdraw(branch: HeadBranch): Promise<void>;
  /**
   * Has the host merge it by itself: once its checks have succeeded, or now where there is nothing to wait for. Safe to repeat.
   * @throws UnavailableError while the host does not know yet; RefusedError with its words; ConfigurationError on a host that can't
   */
  autoMerge(pullRequest: PullRequest): Promise<void>;
  /**
   * Asks whether these credentials may open one, as far as the host tells without one being opened.
   * @throws ForbiddenError where they may not; ConfigurationError where the repository has its pull requests turned off
   */
  checkRights(): Promise<void>;
}

/** Opens the pull requests to the branch that a configuration entry names. @throws ConfigurationError for a host without pull requests */
export type OpenPullRequests = (repository: GitRepository) => Promise<PullRequests>;
