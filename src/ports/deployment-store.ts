import type { Commit, Idle, Marks, Outcome, PodSummary, PullRequestRef, Reported, TargetKey } from '../domain/deployment.ts';
import type { Instant, Milliseconds } from '../domain/instant.ts';
import type { Release } from '../domain/release.ts';
import type { Service } from '../domain/service.ts';
import type { Timings } from '../domain/timings.ts';
import type { CurrentRelease, Quarantined, TargetChange, TargetState } from '../domain/target-state.ts';

/** Configuration of services, as `slipway apply` wrote it. */
export interface ServiceStore {
  service(name: string): Promise<Service | null>;
  /** Services whose releases are pushed to this ECR repository. */
  servicesOf(repository: Service['repository']): Promise<readonly Service[]>;
  /** Every service that `owner` applied. */
  ownedBy(owner: string): Promise<readonly Service[]>;
  put(service: Service): Promise<void>;
  remove(service: Service): Promise<void>;
}

/** Claims, current releases, holds and quarantines of targets. All reads are consistent. */
export interface TargetStore {
  target(key: TargetKey): Promise<TargetState>;
  /** Writes what was decided on `state`. False when anything of the target changed meanwhile: read it again, and decide again. */
  change(key: TargetKey, state: TargetState, change: TargetChange): Promise<boolean>;
  /** Proves the claim in the same write that notes what it is about to be used for. False when it went to another execution. */
  prove(key: TargetKey, claim: ClaimProof, purpose: ClaimPurpose): Promise<boolean>;
  /** Gives the claim back, and sets the current release where there is one. False when the claim went to another execution. */
  conclude(key: TargetKey, claim: ClaimProof, current: CurrentRelease | null): Promise<boolean>;
}

/** The claim as its holder knows it. */
export type ClaimProof = { readonly execution: string; readonly generation: number };

/** A commit of the release; a pull request, for which a newer release need not wait; or a rollback that quarantines it first. */
export type ClaimPurpose = { readonly purpose: 'commit' } | { readonly purpose: 'propose' } | { readonly purpose: 'rollback'; readonly quarantine: Quarantined };

/** A release that waits for a person's answer. */
export type PendingApproval = TargetKey & {
  readonly release: Release;
  readonly execution: string;
  /** Where Step Functions takes the answer. */
  readonly taskToken: string;
  readonly requestedAt: Instant;
  readonly expiresAt: Instant;
  /** What the target runs now; null before its first release. */
  readonly current: { readonly tag: string; readonly digest: string } | null;
};

/** Releases that wait for approval: one for each target, the newest. */
export interface ApprovalStore {
  pending(key: TargetKey): Promise<PendingApproval | null>;
  /** All of them, oldest first. */
  list(): Promise<readonly PendingApproval[]>;
  /** Puts `approval` in the place of `replaced`, null for none. False when another is there. */
  put(approval: PendingApproval, replaced: PendingApproval | null): Promise<boolean>;
  /** Takes it away if it is still the one of that task token. False when another, or none, is there. */
  remove(approval: Pick<PendingApproval, keyof TargetKey | 'taskToken'>): Promise<boolean>;
}

/** A release whose pull request waits to be merged. */
export type PendingMerge = TargetKey & {
  readonly release: Pick<Release, 'tag' | 'digest'>;
  readonly execution: string;
  /** Of its claim: without that, what is merged is none of its business. */
  readonly generation: number;
  readonly pullRequest: PullRequestRef;
  /** Where Step Functions takes the answer. */
  readonly taskToken: string;
  readonly requestedAt: Instant;
  readonly expiresAt: Instant;
};

/** Releases whose pull requests are open: one for each target, the newest. */
export interface MergeStore {
  pending(key: TargetKey): Promise<PendingMerge | null>;
  /** All of them, oldest first. */
  list(): Promise<readonly PendingMerge[]>;
  /** Puts `merge` in the place of `replaced`, null for none. False when another is there. */
  put(merge: PendingMerge, replaced: PendingMerge | null): Promise<boolean>;
  /** Takes it away if it is still the one of that task token. False when another, or none, is there. */
  remove(merge: Pick<PendingMerge, keyof TargetKey | 'taskToken'>): Promise<boolean>;
}

/** What the sweep goes through, and where the last one stopped. */
export interface SweepStore {
  /** Names of services in alphabetical order, those after `after`, `limit` at most. `since`: when each was first applied; older images are none of the sweep's. */
  services(after: string | null, limit: number): Promise<readonly { readonly name: string; readonly since: Instant }[]>;
  /** The service after which the last sweep stopped early; null when it came to the end. */
  stoppedAfter(): Promise<string | null>;
  stopAfter(service: string | null): Promise<void>;
}

/** One release in one target: the attempts to deploy it, newest last. */
export type DeploymentRecord = TargetKey & {
  readonly release: Release;
  readonly attempts: readonly Attempt[];
};

/** One pass of an execution over one target. */
export type Attempt = {
  readonly execution: string;
  readonly generation: number;
  readonly outcome: Outcome;
  readonly cause: string | null;
  readonly warnings: readonly string[];
  /** ARN of the person who approved it; absent where nobody was asked. */
  readonly approvedBy?: string;
  readonly marks: Marks;
  readonly reported: Reported;
  readonly idle: readonly Idle[];
  readonly timings: Timings;
  readonly commit: Commit | null;
  /** Absent where the release went to the branch as a commit. */
  readonly pullRequest?: PullRequestRef;
  readonly pods: readonly PodSummary[];
  /** Set when the release was rolled back: to what, by which commit, and how long that took. */
  readonly rollback: { readonly tag: string; readonly digest: string; readonly commit: Commit | null; readonly took: Milliseconds } | null;
  readonly concludedAt: Instant;
};

/** History of deployments. */
export interface RecordStore {
  /** Adds the attempt, or replaces the one of the same execution and generation. */
  record(key: TargetKey, release: Release, attempt: Attempt): Promise<void>;
  /** Newest release first. */
  history(key: TargetKey, limit: number): Promise<readonly DeploymentRecord[]>;
}
