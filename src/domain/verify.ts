import { type ObservedApplication, type RepositoryOfEdits, sourceOf } from './application.ts';
import type { Instant } from './instant.ts';
import { deployedSinceCommit, describeOperation, isBlockedByWindow, isRunning, isSinceCommit, operationRevision } from './sync-evidence.ts';

/** Whose end VerifyRelease waits for. */
export type WantedEnd = {
  readonly repository: RepositoryOfEdits;
  readonly committedAt: Instant;
  /** Revisions that are known to have our value: our commit, and the one that was seen to be applied. */
  readonly revisions: readonly string[];
  /** Whether an operation with our value was seen; without one nothing had to be applied. */
  readonly operationSeen: boolean;
};

export type OperationEnd =
  /** `ours`: it brings our value and is free to go on, so that it is the release which takes its time. */
  | { readonly end: 'running'; readonly ours: boolean; readonly reason: string }
  | { readonly end: 'well' }
  | { readonly end: 'failed'; readonly cause: string }
  | { readonly end: 'unknown'; readonly message: string };

/** Whether a full sync of our value ended well. It is in the history then, whichever operation came after it, and stays there. */
export function endedWell(application: ObservedApplication, { repository, committedAt, revisions }: Omit<WantedEnd, 'operationSeen'>): boolean {
  const source = sourceOf(application, repository) ?? 0;
  return deployedSinceCommit(application, { source, committedAt }).some((revision) => revisions.includes(revision));
}

/** How the operation that applied our value ended, with its later waves and hooks. */
export function operationEnd(application: ObservedApplication, want: WantedEnd): OperationEnd {
  const { name, operation } = application;
  const source = sourceOf(application, want.repository) ?? 0;
  const isOurs = (revision: string | null) => revision !== null && want.revisions.includes(revision);
  if (endedWell(application, want)) return { end: 'well' };
  if (isRunning(application)) {
    const ours = isOurs(operationRevision(application, source)) && !isBlockedByWindow(application);
    return { end: 'running', ours, reason: `Application ${name}: ${describeOperation(application, source)}` };
  }
  if (operation === null || operation.phase === 'Succeeded') return { end: 'well' };
  const reason = operation.failures.join(', ') || operation.message;
  if (isOurs(operationRevision(application, source))) return { end: 'failed', cause: `Application ${name}: ${reason}` };
  if (!want.operationSeen) return { end: 'well' };
  // Auto-sync tries again at each commit of somebody else: what stopped ours stops those that come after it.
  const deployed = deployedSinceCommit(application, { source, committedAt: want.committedAt });
  if (deployed.length === 0 && reachesBehind(application, want)) return { end: 'failed', cause: `Application ${name}: ${reason}` };
  return { end: 'unknown', message: `Application ${name}: a later operation, which failed (${reason}), hides how the operation of this release ended` };
}

/** Whether the history, which Argo CD cuts at its old end, tells of the time before our commit: then nothing since is missing in it. */
function reachesBehind({ history }: ObservedApplication, want: WantedEnd): boolean {
  return history.some(({ deployedAt }) => !isSinceCommit(deployedAt, want));
}
