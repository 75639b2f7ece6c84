import { CLAIM_LOST, holdsClaim } from '../domain/claim.ts';
import { commitMessage, isOwnCommit } from '../domain/commit-message.ts';
import { describeEdits } from '../domain/covers.ts';
import type { Commit, Deployment, ScalarChange, StepResult } from '../domain/deployment.ts';
import { applyEdits, type Files } from '../domain/edits.ts';
import { NotFoundError, UnavailableError } from '../domain/errors.ts';
import { movedTag } from '../domain/moved-tag.ts';
import { proposedBy, type PullRequest, wordsOf } from '../domain/pull-request.ts';
import type { Edit, PullRequestDelivery } from '../domain/service.ts';
import type { TargetState } from '../domain/target-state.ts';
import type { Clock } from '../ports/clock.ts';
import type { TargetStore } from '../ports/deployment-store.ts';
import type { GitHost, GitSnapshot } from '../ports/git-host.ts';
import type { HeadBranch, PullRequests } from '../ports/pull-requests.ts';

export type Proposing = {
  readonly ports: { readonly targets: Pick<TargetStore, 'target' | 'prove'>; readonly clock: Pick<Clock, 'now'> };
  /** The branch that the pull request goes to. */
  readonly host: GitHost;
  readonly pulls: PullRequests;
  /** The branch that it comes from. */
  readonly branch: string;
  readonly delivery: PullRequestDelivery;
  readonly repository: Edit['git'];
  readonly edits: readonly Edit[];
  readonly execution: string;
  readonly deployment: Deployment;
};

type Result = StepResult<'committed' | 'proposed' | 'superseded' | 'failed'>;

/**
 * Base, files and head branch are read; then the claim is proven; then the head branch moves only if it is still where it was read. So
 * an execution that has lost its claim can't take back what a newer one has proposed. Entered again once the pull request is merged:
 * then the base says what became of it.
 *
 * @throws ConflictError when somebody else moved the head branch: read again, and decide again
 */
export async function proposeOnce(work: Proposing, base: GitSnapshot): Promise<Result> {
  const { ports, pulls, edits, execution, deployment } = work;
  const { files, changes } = applyEdits(base.files, edits, deployment.release);
  const branch = await pulls.find(work.branch);
  const state = await ports.targets.target(deployment);
  if (!holdsClaim(state, execution, deployment)) return ended('superseded', deployment, CLAIM_LOST);
  const moved = movedTag(state, edits, deployment.release);
  if (moved !== null) return ended('failed', deployment, moved);
  if (changes.length > 0 && deployment.marks.merged !== undefined) return mergedInVain(work, base, changes);
  const purpose = changes.length === 0 ? 'commit' : 'propose';
  if (!(await ports.targets.prove(deployment, { execution, generation: state.claim.generation }, { purpose }))) return ended('superseded', deployment, CLAIM_LOST);
  if (changes.length === 0) return isThere(work, base, branch);
  const message = commitMessage(execution, deployment, { previous: previousOf(state), settings: work.repository.commit });
  const proposed = (await alreadyProposed(work, branch, files)) ?? (await pulls.propose({ branch, base, files, message, ...wordsOf(message) }));
  if (work.delivery.autoMerge) await pulls.autoMerge(proposed);
  return waits(work, proposed, { base: base.revision, changes });
}

function ended(status: 'superseded' | 'failed', deployment: Deployment, cause: string): Result {
  return { status, deployment: { ...deployment, cause } };
}

function previousOf({ current }: TargetState) {
  return current?.release ?? null;
}

/** Another commit has set the value since. @throws UnavailableError while the base is still the one of before the merge */
function mergedInVain({ repository, edits, deployment }: Proposing, { revision }: GitSnapshot, changes: readonly ScalarChange[]): Result {
  const { number, base } = proposedBy(deployment);
  if (revision === base) throw new UnavailableError(`Git repository ${repository.url} says that pull request #${number} is merged, and shows ${repository.branch} without it; it is asked again.`);
  const other = edits.filter(({ file, path }) => changes.some((change) => change.file === file && change.path === path));
  return ended('superseded', deployment, `superseded: pull request #${number} was merged, and ${describeEdits(other)} holds another value on ${repository.branch} at ${revision.slice(0, 7)}`);
}

/**
 * The base carries the release: by the merge, or since it did so before. An open pull request would then propose another release; it
 * goes, and so does a branch that an execution which was interrupted may be about to move.
 */
async function isThere({ ports, host, pulls, deployment }: Proposing, { revision }: GitSnapshot, branch: HeadBranch): Promise<Result> {
  const { marks } = deployment;
  if (marks.merged !== undefined) {
    const commit: Commit = { revision, head: revision, url: host.link(revision), changes: proposedBy(deployment).changes };
    return { status: 'committed', deployment: { ...deployment, commit } };
  }
  const mayMove = branch.head !== null && deployment.interrupts !== undefined;
  if (branch.pullRequest !== null || mayMove) await pulls.withdraw(branch);
  const commit: Commit = { revision: null, head: revision, url: null, changes: [] };
  return { status: 'committed', deployment: { ...deployment, commit, marks: { ...marks, committed: ports.clock.now() } } };
}

/**
 * The open pull request proposes just that already: after a lost answer, by another target that shares the files, or before a redrive.
 * Whoever had the claim before may still be about to move the branch, which only a commit of our own makes fail.
 */
async function alreadyProposed({ host, execution, deployment }: Proposing, { head, pullRequest }: HeadBranch, wanted: Files): Promise<PullRequest | null> {
  if (head === null || pullRequest === null) return null;
  const proposed = await host.read(Object.keys(wanted), head).catch(nullIfMissing);
  if (proposed === null || Object.entries(wanted).some(([path, text]) => proposed.files[path] !== text)) return null;
  return deployment.interrupts === undefined || isOwnCommit(proposed.message, execution, deployment) ? pullRequest : null;
}

function nullIfMissing(error: unknown): null {
  if (error instanceof NotFoundError) return null;
  throw error;
}

function waits({ ports, delivery, deployment }: Proposing, { number, url }: PullRequest, proposed: { readonly base: string; readonly changes: readonly ScalarChange[] }): Result {
  const pullRequest = { number, url, timeoutSeconds: Math.ceil(delivery.timeout / 1_000), ...proposed };
  return { status: 'proposed', deployment: { ...deployment, pullRequest, marks: { ...deployment.marks, committed: ports.clock.now() } } };
}
