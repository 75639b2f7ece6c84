import { type ObservedApplication, type ObservedOperation, type RepositoryOfEdits, sourceOf } from './application.ts';
import type { Instant } from './instant.ts';

/** What an Application tells about operations and revisions of the source that is ours. */

/** True when an operation was requested or runs. A retry that is pending counts as running, whatever its `finishedAt`. */
export function isRunning({ operationRequested, operation }: ObservedApplication): boolean {
  return operationRequested || operation?.phase === 'Running' || operation?.phase === 'Terminating';
}

/** An operation was requested, and Argo CD has not begun it: what it shows is the one before. */
export function isPending({ operationRequested, operation }: ObservedApplication): boolean {
  return operationRequested && operation?.phase !== 'Running' && operation?.phase !== 'Terminating';
}

/** Names the operation that runs, so that it can be told from the next one; null when none does, or when it is ending already. */
export function runningOperation({ operation }: ObservedApplication): string | null {
  return operation?.phase === 'Running' ? `${operation.startedAt} ${operation.revisions.join(' ')}` : null;
}

/** A window that closes holds a running operation, whose phase stays `Running` as long as it lasts (controller/sync.go of Argo CD). */
export function isBlockedByWindow({ operation }: ObservedApplication): boolean {
  return operation !== null && operation.message.includes('blocked by sync window');
}

/**
 * Commit that the shown operation syncs from our source; null while it is not resolved, and while the shown operation is the one
 * before the requested one.
 */
export function operationRevision({ operationRequested, operation }: ObservedApplication, source: number): string | null {
  if (operation === null) return null;
  const ended = operation.phase !== 'Running' && operation.phase !== 'Terminating';
  return operationRequested && ended ? null : commitOrNull(operation.revisions[source]);
}

/** Commits of our source in the history of syncs since our own commit. */
export function deployedSinceCommit(application: ObservedApplication, since: { readonly source: number; readonly committedAt: Instant }): readonly string[] {
  return application.history
    .filter(({ deployedAt }) => isSinceCommit(deployedAt, since))
    .flatMap(({ revisions }) => commitOrNull(revisions[since.source]) ?? []);
}

/** The first revision that was synced, or is, of which it is not known whether it has our value; null when none is left. */
export function unreadRevision(
  application: ObservedApplication,
  since: { readonly source: number; readonly committedAt: Instant },
  covers: ReadonlyMap<string, boolean>,
): string | null {
  const revisions = [operationRevision(application, since.source), ...deployedSinceCommit(application, since)];
  return revisions.find((revision) => revision !== null && !covers.has(revision)) ?? null;
}

/** Whether the revision has our value; null when that, or the revision itself, is unknown. */
export function coverage(revision: string | null, covers: ReadonlyMap<string, boolean>): boolean | null {
  return revision === null ? null : (covers.get(revision) ?? null);
}

/** The shown operation with its revision if it brings our value and began since our commit, else null. */
export function ourOperation(
  application: ObservedApplication,
  { repository, committedAt }: { readonly repository: RepositoryOfEdits; readonly committedAt: Instant },
  covers: ReadonlyMap<string, boolean>,
): { readonly revision: string; readonly operation: ObservedOperation } | null {
  const source = sourceOf(application, repository);
  if (source === null || application.operation === null) return null;
  const revision = operationRevision(application, source);
  const begun = isSinceCommit(application.operation.startedAt, { committedAt });
  if (revision === null || !begun || coverage(revision, covers) !== true) return null;
  return { revision, operation: application.operation };
}

/** Why Argo CD could not compare the Application with Git when it last tried; null where it could. */
export function comparisonError({ conditions }: ObservedApplication): string | null {
  return conditions.find(({ type }) => type === 'ComparisonError' || type === 'InvalidSpecError')?.message ?? null;
}

/** Who holds the Application, since when, at which revision, and what Argo CD says about it. */
export function describeOperation(application: ObservedApplication, source: number): string {
  const { operation } = application;
  const revision = operationRevision(application, source);
  if (operation === null || (revision === null && application.operationRequested)) return 'an operation was requested and has not begun';
  const by = operation.automated ? 'auto-sync' : operation.initiatedBy || 'an unnamed user';
  const at = revision === null ? '' : ` at revision ${shortRevision(revision)}`;
  const message = operation.message === '' ? '' : `: ${operation.message}`;
  return `the operation that ${by} started at ${operation.startedAt}${at} still runs${message}`;
}

export function shortRevision(revision: string): string {
  return revision.slice(0, 7);
}

/** Argo CD writes whole seconds: what it dates into the second of our commit may be later than that. */
export function isSinceCommit(instant: Instant, { committedAt }: { readonly committedAt: Instant }): boolean {
  return Date.parse(instant) >= Math.floor(Date.parse(committedAt) / 1000) * 1000;
}

/** A branch name says nothing about content: only a commit is evidence. */
export function commitOrNull(revision: string | undefined): string | null {
  return revision !== undefined && /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(revision) ? revision : null;
}
