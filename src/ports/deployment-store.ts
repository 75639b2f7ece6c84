import type { Commit, Idle, Marks, Outcome, PodSummary, Reported, TargetKey } from '../domain/deployment.ts';
import type { Instant } from '../domain/instant.ts';
import type { Release } from '../domain/release.ts';
import type { Service } from '../domain/service.ts';
import type { Timings } from '../domain/timings.ts';
import type { Claim, TargetState } from '../domain/claim.ts';

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

/** Claims and current releases of targets. All reads are consistent. */
export interface TargetStore {
  target(key: TargetKey): Promise<TargetState>;
  /** Writes the claim if the claim is still the one that `state` shows. False when it changed meanwhile. */
  claim(key: TargetKey, state: TargetState, claim: Claim): Promise<boolean>;
  /** Gives the claim back, and sets the current release where there is one, if the claim is still at `generation`. */
  conclude(key: TargetKey, claim: { readonly execution: string; readonly generation: number }, current: CurrentRelease | null): Promise<boolean>;
}

export type CurrentRelease = NonNullable<TargetState['current']>;

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
  readonly marks: Marks;
  readonly reported: Reported;
  readonly idle: readonly Idle[];
  readonly timings: Timings;
  readonly commit: Commit | null;
  readonly pods: readonly PodSummary[];
  readonly concludedAt: Instant;
};

/** History of deployments. */
export interface RecordStore {
  /** Adds the attempt, or replaces the one of the same execution and generation. */
  record(key: TargetKey, release: Release, attempt: Attempt): Promise<void>;
  /** Newest release first. */
  history(key: TargetKey, limit: number): Promise<readonly DeploymentRecord[]>;
}
