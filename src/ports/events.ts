import type { Outcome, TargetKey } from '../domain/deployment.ts';
import type { Instant } from '../domain/instant.ts';
import type { Release } from '../domain/release.ts';
import type { Timings } from '../domain/timings.ts';

/** What Slipway tells the world when a deployment ends, as `detail` of the event. */
export type DeploymentConcluded = TargetKey & {
  readonly release: Release;
  readonly outcome: Outcome;
  readonly cause: string | null;
  readonly timings: Timings;
  readonly execution: string;
  readonly concludedAt: Instant;
  /** It succeeded where other environments come after: a rule starts the promotion for these alone. */
  readonly promotes: boolean;
};

/** Announces on the event bus. */
export interface Events {
  /** Publishes `Slipway Deployment Concluded`. @throws UnavailableError when the bus took the call but not the event */
  concluded(event: DeploymentConcluded): Promise<void>;
}

/** Stage timings as metrics, by service, environment and stage. */
export interface Metrics {
  concluded(event: DeploymentConcluded): void;
}
