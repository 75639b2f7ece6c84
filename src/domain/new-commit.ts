import type { ObservedApplication } from './application.ts';
import { elapsed, type Instant, type Milliseconds } from './instant.ts';
import { comparisonError, deployedSinceCommit, isRunning, isSinceCommit } from './sync-evidence.ts';

/** How long a commit of ours is news: longer than the way from the push to the request, and too short for anybody to take it back. */
const NEWS_MS: Milliseconds = 10_000;

/** What is known of our commit. */
export type NewCommit = {
  readonly committedAt: Instant;
  /** Whether we changed something then, rather than found our value. */
  readonly pushed: boolean;
};

/** Whether Argo CD can hardly know the commit yet, and has not been asked to sync: then it need not compare before it is. */
export function isNews({ pushed, committedAt }: NewCommit, syncRequested: boolean, now: Instant): boolean {
  return pushed && !syncRequested && elapsed(committedAt, now) <= NEWS_MS;
}

/**
 * Whether nothing will come of a commit that is news until somebody asks for a sync: auto-sync is off, and nothing was synced since. The
 * request resolves the branch anew, so the last comparison does not matter, unless it ended in an error that the next one may repeat.
 */
export function waitsToBeAsked(application: ObservedApplication, ours: NewCommit & { readonly source: number }): boolean {
  const { autoSync, operation } = application;
  if (autoSync !== null || isRunning(application) || comparisonError(application) !== null) return false;
  return (operation === null || !isSinceCommit(operation.startedAt, ours)) && deployedSinceCommit(application, ours).length === 0;
}
