import type { Instant, Milliseconds } from '../domain/instant.ts';

/** Time as a step sees it. */
export interface Clock {
  now(): Instant;
  /** Milliseconds until the host ends this invocation. */
  remaining(): number;
  /** Resolves after `ms`, or as soon as the signal aborts; never rejects. */
  sleep(ms: Milliseconds, signal: AbortSignal): Promise<void>;
}
