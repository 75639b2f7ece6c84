import { elapsed, type Instant, later, type Milliseconds } from '../../domain/instant.ts';
import type { Clock } from '../../ports/clock.ts';

export type MemoryClock = Clock & {
  /** Lets time pass: later in the day, less of the invocation left. Wakes whoever slept until then. */
  advance(ms: Milliseconds): void;
};

/** A clock that stands still until it is advanced. */
export function createMemoryClock(start: Instant = '2026-01-02T03:04:05.000Z', invocation: Milliseconds = 280_000): MemoryClock {
  const sleepers = new Set<{ readonly until: Instant; readonly wake: () => void }>();
  let now = start;
  return {
    now: () => now,
    remaining: () => invocation - elapsed(start, now),
    async sleep(ms, signal) {
      if (signal.aborted || ms <= 0) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      const sleeper = { until: later(now, ms), wake: resolve };
      sleepers.add(sleeper);
      signal.addEventListener('abort', () => resolve(), { once: true });
      await promise;
      sleepers.delete(sleeper);
    },
    advance(ms) {
      now = later(now, ms);
      for (const { until, wake } of sleepers) {
        if (elapsed(until, now) >= 0) wake();
      }
    },
  };
}
