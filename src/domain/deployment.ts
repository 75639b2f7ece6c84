import { type Instant, latest } from './instant.ts';
import type { Release } from './release.ts';

/** Names one target: one Argo CD Application on one cluster, in an environment of a service. */
export type TargetKey = { readonly service: string; readonly environment: string; readonly target: string };

/** `service/environment/target`, for people and for matching outcomes to targets. */
export function targetName(key: TargetKey): string {
  return `${key.service}/${key.environment}/${key.target}`;
}

/** How a deployment ended. */
export type Outcome = 'succeeded' | 'failed' | 'errored' | 'rolled-back' | 'superseded' | 'rejected' | 'ignored';

/** Ends of stages as we received them; the stages between them are computed by `timings`. */
export type Marks = {
  readonly pushed?: Instant;
  readonly started: Instant;
  readonly resolved?: Instant;
  readonly approved?: Instant;
  readonly claimed?: Instant;
  readonly committed?: Instant;
  /** Of the pull request, where the commit went out as one. */
  readonly merged?: Instant;
  readonly operationStarted?: Instant;
  readonly applied?: Instant;
  readonly ready?: Instant;
  readonly noticed?: Instant;
  readonly verified?: Instant;
};

/** What sources tell of the same instants, to the second: kept beside the marks, since a mark is when *we* heard of it. ECR's are the release's. */
export type Reported = {
  /** Of the Argo CD operation that brought our value. */
  readonly operationStarted?: Instant;
  readonly operationFinished?: Instant;
  /** When the last new pod became Ready, by its node's clock. */
  readonly ready?: Instant;
};

/** Time that belongs to no stage: between the end of an attempt and its redrive. */
export type Idle = { readonly from: Instant; readonly to: Instant };

/** One scalar as it was and as it was written. */
export type ScalarChange = {
  readonly file: string;
  readonly path: string;
  /** 1-based line of the scalar in the file. */
  readonly line: number;
  /** The whole line before and after, without its line ending; `before` is empty for a line that was added. */
  readonly before: string;
  readonly after: string;
};

/** What CommitRelease did to one repository. */
export type Commit = {
  /** Our commit; null when every value was already there. */
  readonly revision: string | null;
  /** Head of the branch that carries our values: our commit, or the head at which they were found. */
  readonly head: string;
  readonly url: string | null;
  readonly changes: readonly ScalarChange[];
};

/** A pod of the release, as it was when the rollout ended. */
export type PodSummary = { readonly name: string; readonly ready: boolean; readonly digest: string | null };

/** A person's word: a deployment that was asked for by hand. It goes through holds, and lifts the quarantine of its digest. */
export type RequestByHand = {
  readonly by: string;
  readonly reason: string;
  readonly at: Instant;
  /** It takes the target back to an earlier release, quarantines the current one there, and sets a hold. */
  readonly rollback?: true;
};

/** What AwaitApproval needs before a person has answered. */
export type ApprovalRequest = {
  /** How long a person may take, in seconds: the state machine counts them. */
  readonly timeoutSeconds: number;
};

/** Names a pull request on its host. */
export type PullRequestRef = {
  readonly number: number;
  /** Web page. */
  readonly url: string;
};

/** What AwaitMerge needs before the pull request is merged. */
export type ProposedRelease = PullRequestRef & {
  /** How long the merge may take, in seconds: the state machine counts them. */
  readonly timeoutSeconds: number;
  /** Head of the base branch when it was proposed. */
  readonly base: string;
  readonly changes: readonly ScalarChange[];
};

/** What RollBack set aside when it turned the deployment round: how far the failed release had come. The deployment's own members then tell of the way back. */
export type Rollback = {
  /** The release that goes back: the last that succeeded here. */
  readonly release: Release;
  readonly failedAt: Instant;
  /** Of the failed release, as everything below. */
  readonly marks: Marks;
  readonly reported: Reported;
  readonly commit: Commit;
  readonly pods: readonly PodSummary[];
};

/** One release going to one target: what travels through the state machine. Identity and facts only; policies are read by key. */
export type Deployment = TargetKey & {
  readonly release: Release;
  readonly marks: Marks;
  /** Absent for a release that an event, the sweep or a promotion brought. */
  readonly request?: RequestByHand;
  /** Set where the environment asks for approval. */
  readonly approval?: ApprovalRequest;
  /** ARN of the person who approved it; absent where nobody was asked. */
  readonly approvedBy?: string;
  readonly reported?: Reported;
  readonly idle?: readonly Idle[];
  /** Set by ClaimTarget; proves the right to write. */
  readonly claim?: { readonly generation: number; readonly redrives: number };
  /** Releases that had the claim and have not succeeded here: an operation that brings only one of them is ours to terminate. */
  readonly interrupts?: readonly Pick<Release, 'tag' | 'digest'>[];
  /** Absent until the branch carries our values. */
  readonly commit?: Commit;
  /** Set where the release was proposed instead of committed. */
  readonly pullRequest?: ProposedRelease;
  /** When SyncApplication, CheckRollout or VerifyRelease first looked, so that its deadline spans its slices. */
  readonly watchingSince?: Instant;
  /** Whether this pass has sent its one sync request. */
  readonly syncRequested?: boolean;
  /** Revision of the operation that was seen to bring our value: our commit, or a later one that still has it. */
  readonly operationRevision?: string;
  readonly pods?: readonly PodSummary[];
  /** Set by RollBack, once in a pass. */
  readonly rollback?: Rollback;
  /** The first cause of a failure, in one line: object and reason. */
  readonly cause?: string;
  readonly warnings?: readonly string[];
};

/** The deployment as a watching step hands it on: `watchingSince` is a step's only while it watches, and the next has a clock of its own. */
export function withoutWatch({ watchingSince: _ended, ...deployment }: Deployment): Deployment {
  return deployment;
}

/** The release that the target is to run: the deployment's own, or, once it is being rolled back, the one that goes back. */
export function goalOf({ release, rollback }: Pick<Deployment, 'release' | 'rollback'>): Release {
  return rollback?.release ?? release;
}

/** What every step after ResolveRelease returns. */
export type StepResult<Status extends string> = { readonly status: Status; readonly deployment: Deployment };

/** What an execution knows of its own redrives. */
export type RedriveFacts = { readonly redrives: number; readonly redrivenAt?: Instant | null | undefined };

/**
 * The deployment as a redrive finds it: the time between its last mark before the redrive and the redrive belongs to no stage. Unchanged
 * when this redrive is already accounted for, or there was none.
 */
export function resumed(deployment: Deployment, { redrives, redrivenAt }: RedriveFacts): Deployment {
  if (redrives === 0 || redrivenAt === undefined || redrivenAt === null) return deployment;
  if (deployment.idle?.some((gap) => gap.to === redrivenAt)) return deployment;
  const before = Object.values(deployment.marks).filter((mark) => Date.parse(mark) <= Date.parse(redrivenAt));
  const lastMark = before.reduce(latest, deployment.marks.started);
  return { ...deployment, idle: [...(deployment.idle ?? []), { from: lastMark, to: latest(lastMark, redrivenAt) }] };
}
