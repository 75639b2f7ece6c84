import type { Deployment } from '../domain/deployment.ts';
import type { Instant } from '../domain/instant.ts';
import type { GitRepository } from '../domain/service.ts';

/** A deployment that waits for its commit to go out with others. */
export type WaitingCommit = {
  /** ARN of the execution. */
  readonly execution: string;
  readonly deployment: Deployment;
  /** Where Step Functions takes the answer. */
  readonly taskToken: string;
  readonly since: Instant;
};

/** Who is about to push, for a while. Nothing goes wrong where two are: the branch is compared and swapped. */
export type Lease = { readonly holder: string; readonly now: Instant; readonly until: Instant };

/** Who waits for the branch of a repository's entry, and who pushes for them. Entries that differ in anything have batches of their own. */
export interface BatchStore {
  /** Adds it, in the place of an earlier one of the same execution and target, whose token is no longer answered. */
  join(repository: GitRepository, waiting: WaitingCommit): Promise<void>;
  /** Who waits, `limit` at most; those who came first come first. */
  waiting(repository: GitRepository, limit: number): Promise<readonly WaitingCommit[]>;
  /** Takes it away, unless it has joined again with another token. */
  leave(repository: GitRepository, waiting: WaitingCommit): Promise<void>;
  /** Takes the lease for one that commits by itself. False when anybody else has it: then others want the branch. */
  enter(repository: GitRepository, lease: Lease): Promise<boolean>;
  /** Takes the lease, or renews it, for one that pushes for all. False when another such one's has not ended. */
  lead(repository: GitRepository, lease: Lease): Promise<boolean>;
  /** Gives the lease back, where it is still this holder's. */
  stepDown(repository: GitRepository, holder: string): Promise<void>;
}
