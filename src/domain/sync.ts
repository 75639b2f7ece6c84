import { type ObservedApplication, type RepositoryOfEdits, sourceOf } from './application.ts';
import { elapsed, type Instant, later, type Milliseconds } from './instant.ts';
import type { LiveTemplate } from './live-template.ts';
import { isNews, type NewCommit, waitsToBeAsked } from './new-commit.ts';
import { isSourceDown } from './source-down.ts';
import { commitOrNull, comparisonError, coverage, describeOperation, deployedSinceCommit, isBlockedByWindow, isPending, isRunning, isSinceCommit, operationRevision, runningOperation, shortRevision, unreadRevision } from './sync-evidence.ts';

/** What SyncApplication waits for in one Application. */
export type WantedSync = NewCommit & {
  /** Where the edits went; of an Application with several sources, only the one that follows it is looked at. */
  readonly repository: RepositoryOfEdits;
  /** When waiting ends: start of the watch + `sync.timeout`. */
  readonly deadline: Instant;
  /** The edited scalars for people, as `image.tag of envs/dev/values.yaml`. */
  readonly edits: string;
};

/** Each is worth one refresh of its own. */
export type RefreshReason = 'new-commit' | 'not-begun' | 'comparison-error' | 'old-comparison' | 'missing-value';

/**
 * How long a requested operation may take to begin before it counts as lost: far longer than Argo CD needs, and far shorter than until it
 * looks again by itself.
 */
const BEGIN_MS: Milliseconds = 10_000;

/** Who would start the operation; a sync window may stop one and not the other. */
export type SyncStarter = 'request' | 'auto-sync';

/** What this slice has found out beyond the Application itself. */
export type SyncMemory = {
  /** By revision: every edited scalar has our value there. */
  readonly covers: ReadonlyMap<string, boolean>;
  /** Revisions that have the value of a release which this one takes the place of, in every edited scalar. */
  readonly replaced: ReadonlySet<string>;
  /** The operation that was asked to end, as `runningOperation` names it. */
  readonly terminated: string | null;
  /** Of the current observation; null until read. */
  readonly live: LiveTemplate | null;
  readonly syncRequested: boolean;
  /** Since when we have seen an operation that was requested and has not begun; null where there is none. */
  readonly pendingSince: Instant | null;
  /** Argo CD has compared at our request, and so since our commit. */
  readonly compared: boolean;
  readonly refreshes: ReadonlySet<RefreshReason>;
  /** Whether the branch head has our value, and the compared revision that made us ask. */
  readonly branch: { readonly compared: string; readonly carries: boolean } | null;
  /** The window that stops an operation of that starter; null where none does. */
  readonly window: { readonly starter: SyncStarter; readonly closedBy: ClosedWindow | null } | null;
};

export type ClosedWindow = { readonly window: string; readonly until: Instant | null };

/** What to do next. `errored` and `failed` are never mixed: a release is bad only if its own resources or hooks say so. */
export type SyncDecision =
  | { readonly next: 'wait'; readonly reason: string; readonly recheckAt: Instant }
  | { readonly next: 'read-revision'; readonly revision: string }
  | { readonly next: 'read-branch'; readonly compared: string }
  | { readonly next: 'read-live-template' }
  | { readonly next: 'read-window'; readonly starter: SyncStarter }
  | { readonly next: 'refresh'; readonly how: 'normal' | 'hard'; readonly because: RefreshReason }
  | { readonly next: 'request-sync' }
  | { readonly next: 'terminate'; readonly operation: string }
  | { readonly next: 'applied' }
  | { readonly next: 'failed'; readonly cause: string }
  | { readonly next: 'errored'; readonly error: 'ConfigurationError' | 'RefusedError' | 'UnavailableError'; readonly message: string }
  | { readonly next: 'superseded'; readonly cause: string };

/**
 * The next thing to do until our value is applied. Revisions are judged by content, never by ancestry; the live template
 * decides, while status and health of the Application do not.
 */
export function decideSync(application: ObservedApplication, want: WantedSync, memory: SyncMemory, now: Instant): SyncDecision {
  const source = sourceOf(application, want.repository);
  if (source === null) return misconfigured(`Application ${application.name} does not follow ${want.repository.url}; point it there, or name its URL under aliases`);
  const decision = decideNext({ application, want: { ...want, source }, memory, now });
  if (decision.next !== 'wait' || Date.parse(now) < Date.parse(want.deadline)) return decision;
  // A later wave may wait for this one to be healthy: the rollout finds out why it is not.
  if (memory.live?.runs === 'partly') return { next: 'applied' };
  return refused(`Application ${application.name} was not synced in time: ${decision.reason}; end what holds it up, then redrive`);
}

/** What a slice starts with: our own head is known to have our value. */
export function freshMemory(head: string, syncRequested: boolean): SyncMemory {
  return { covers: new Map([[head, true]]), replaced: new Set(), terminated: null, live: null, syncRequested, pendingSince: null, compared: false, refreshes: new Set(), branch: null, window: null };
}

/** What stays known when a new observation arrives. */
export function afterObservation(memory: SyncMemory, application: ObservedApplication, now: Instant): SyncMemory {
  return { ...memory, live: null, pendingSince: isPending(application) ? (memory.pendingSince ?? now) : null };
}

/** `source` is the position of ours among the Application's sources. */
type Sight = { readonly application: ObservedApplication; readonly want: WantedSync & { readonly source: number }; readonly memory: SyncMemory; readonly now: Instant };

function decideNext(sight: Sight): SyncDecision {
  const { application, want, memory, now } = sight;
  if (application.deleting) return refused(`Application ${application.name} is being deleted`);
  if (!memory.compared && !memory.syncRequested) {
    return isNews(want, false, now) && waitsToBeAsked(application, want) ? { next: 'request-sync' } : compareFirst();
  }
  const unread = unreadRevision(application, want, memory.covers);
  if (unread !== null) return { next: 'read-revision', revision: unread };
  const byOperation = whileRunning(sight) ?? afterSuccess(sight) ?? afterFailure(sight);
  if (byOperation !== null) return byOperation;
  return memory.compared ? (onComparisonError(sight) ?? byComparison(sight)) : compareFirst();
}

function compareFirst(): SyncDecision {
  return { next: 'refresh', how: 'normal', because: 'new-commit' };
}

/** An operation runs: ours, auto-sync's or somebody else's. It is watched, unless it brings what this release takes the place of. */
function whileRunning(sight: Sight): SyncDecision | null {
  const { application, want, memory } = sight;
  if (!isRunning(application)) return null;
  const running = wait(want, describeOperation(application, want.source));
  const revision = operationRevision(application, want.source);
  if (revision !== null && memory.replaced.has(revision)) return endReplaced(sight) ?? running;
  if (isBlockedByWindow(application)) return closedWindow(sight, application.operation?.automated === true ? 'auto-sync' : 'request') ?? running;
  if (isPending(application)) return untilBegun(sight, running);
  if (coverage(revision, memory.covers) !== true || application.operation?.partial === true) return running;
  if (application.operation?.results === 0) return running;
  if (memory.live === null) return { next: 'read-live-template' };
  return memory.live.runs === 'whole' ? { next: 'applied' } : running;
}

/**
 * Argo CD can lose a request as it can lose a refresh: its controller puts an older copy of the Application over the one that has it
 * (`writeBackToInformer` of Argo CD 3.5 compares no versions). Whatever changes the Application next makes it look again.
 */
function untilBegun({ memory, now }: Sight, running: SyncDecision & { readonly next: 'wait' }): SyncDecision {
  if (memory.refreshes.has('not-begun')) return running;
  const lostAt = later(memory.pendingSince ?? now, BEGIN_MS);
  return elapsed(lostAt, now) >= 0 ? { next: 'refresh', how: 'normal', because: 'not-begun' } : { ...running, recheckAt: lostAt };
}

/**
 * Ends the operation of a release that is rolled back or superseded: its hooks may hang for ever, and held by a window it would bring
 * that release as soon as the window opens. Null while it is ending.
 */
function endReplaced({ application, memory }: Sight): SyncDecision | null {
  const operation = runningOperation(application);
  return operation === null || operation === memory.terminated ? null : { next: 'terminate', operation };
}

function afterSuccess(sight: Sight): SyncDecision | null {
  const { application, want, memory } = sight;
  const succeeded = application.operation?.phase === 'Succeeded' && coverage(operationRevision(application, want.source), memory.covers) === true;
  const deployed = deployedSinceCommit(application, want).some((revision) => memory.covers.get(revision) === true);
  if (!succeeded && !deployed) return null;
  if (!deployed && !memory.syncRequested && isPartial(sight)) return { next: 'request-sync' };
  if (memory.live === null) return { next: 'read-live-template' };
  if (memory.live.runs !== 'not') return { next: 'applied' };
  // It may have been a partial sync of something else.
  return memory.syncRequested && succeeded ? missingValue(sight, memory.live) : null;
}

/**
 * Auto-sync takes a commit that came while an operation ran for one that it has synced before, and heals what differs: without hooks,
 * which belong to the release (evaluateRevisionChanges in controller/state.go of Argo CD).
 */
function isPartial({ application: { operation }, want }: Sight): boolean {
  return operation?.partial === true && isSinceCommit(operation.startedAt, want);
}

/** Auto-sync never tries a failed revision again, so one request is ours to make, also where auto-sync is on. */
function afterFailure({ application, want, memory }: Sight): SyncDecision | null {
  const { operation } = application;
  if (operation?.phase !== 'Failed' && operation?.phase !== 'Error') return null;
  if (coverage(operationRevision(application, want.source), memory.covers) !== true) return null;
  if (operation.phase === 'Error' && comparisonError(application) !== null) return null;
  if (!memory.syncRequested) return { next: 'request-sync' };
  const reason = operation.failures.join(', ') || operation.message;
  // `Error` without a bad resource is Argo CD's own trouble: it could not even try the release. A comparison says more about it.
  if (operation.phase === 'Error' && operation.failures.length === 0) {
    return memory.compared ? refused(`Argo CD could not sync Application ${application.name}: ${reason}`) : compareFirst();
  }
  return { next: 'failed', cause: `Application ${application.name}: ${reason}` };
}

function onComparisonError({ application, memory }: Sight): SyncDecision | null {
  const message = comparisonError(application);
  if (message === null) return null;
  if (!memory.refreshes.has('comparison-error')) return { next: 'refresh', how: 'hard', because: 'comparison-error' };
  const says = `Argo CD cannot compare Application ${application.name} with Git: ${message}`;
  return isSourceDown(message) ? { next: 'errored', error: 'UnavailableError', message: says } : refused(says);
}

/** No operation tells: what Argo CD compared since our refresh does. */
function byComparison(sight: Sight): SyncDecision {
  const { application, want, memory } = sight;
  const compared = application.sync.revisions[want.source];
  if (compared === undefined || compared === '') return wait(want, 'Argo CD has not compared it with Git yet');
  if (commitOrNull(compared) !== null && !memory.covers.has(compared)) return { next: 'read-revision', revision: compared };
  if (memory.covers.get(compared) === false) return offOurValue(sight, compared);
  if (application.sync.status === 'Synced') {
    if (memory.live === null) return { next: 'read-live-template' };
    return memory.live.runs === 'not' ? missingValue(sight, memory.live) : { next: 'applied' };
  }
  if (application.sync.status === 'Unknown') return wait(want, 'its sync status is Unknown');
  if (application.autoSync !== null) return closedWindow(sight, 'auto-sync') ?? wait(want, 'auto-sync has not begun');
  return memory.syncRequested && !missedOurValue(sight) ? wait(want, 'the requested sync has not begun') : { next: 'request-sync' };
}

/** A Git host may still show its old head to one who asks right after the push: then an operation has ended at that, and ours is yet to come. */
function missedOurValue({ application, want, memory }: Sight): boolean {
  const { operation } = application;
  return operation !== null && isSinceCommit(operation.startedAt, want) && coverage(operationRevision(application, want.source), memory.covers) === false;
}

/** Argo CD compared a revision without our value: the branch has moved on from it, or Argo CD has not seen our commit. */
function offOurValue({ application, want, memory }: Sight, compared: string): SyncDecision {
  if (memory.branch?.compared !== compared) return { next: 'read-branch', compared };
  if (!memory.branch.carries) return { next: 'superseded', cause: `${want.edits} on the branch no longer has the value of this release` };
  if (!memory.refreshes.has('old-comparison')) return { next: 'refresh', how: 'normal', because: 'old-comparison' };
  return wait(want, `Argo CD compares ${application.name} with ${shortRevision(compared)}, which does not have our value`);
}

function missingValue({ application, want, memory }: Sight, { images }: LiveTemplate): SyncDecision {
  if (!memory.refreshes.has('missing-value')) return { next: 'refresh', how: 'normal', because: 'missing-value' };
  return misconfigured(`Application ${application.name} is synced with our value, but ${images}; check that its chart uses ${want.edits}`);
}

/** Null when the window is open after all. */
function closedWindow({ application, memory }: Sight, starter: SyncStarter): SyncDecision | null {
  if (memory.window?.starter !== starter) return { next: 'read-window', starter };
  return memory.window.closedBy === null ? null : refused(closedWindowMessage(application.name, memory.window.closedBy));
}

/** Says that a sync window is closed, and until when. */
export function closedWindowMessage(application: string, { window, until }: ClosedWindow): string {
  const end = until === null ? 'whose end could not be computed' : `until ${until}`;
  return `Application ${application} cannot be synced: window closed ${end} (${window}); redrive after it, or allow manual syncs in it`;
}

function wait(want: WantedSync, reason: string): SyncDecision & { readonly next: 'wait' } {
  return { next: 'wait', reason, recheckAt: want.deadline };
}

function refused(message: string): SyncDecision {
  return { next: 'errored', error: 'RefusedError', message };
}

function misconfigured(message: string): SyncDecision {
  return { next: 'errored', error: 'ConfigurationError', message };
}
