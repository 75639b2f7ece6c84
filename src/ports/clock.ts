import type { Instant } from '../domain/instant.ts';

/** Time as a step sees it. */
export interface Clock {
  now(): Instant;
  /** Milliseconds until the host ends this invocation. */
  remaining(): number;
}
