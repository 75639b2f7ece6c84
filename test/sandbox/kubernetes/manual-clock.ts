import type { Clock } from '../../../sandbox/kubernetes/clock.ts';

export type ManualClock = Clock & {
  /** Runs, in order, what becomes due within the next `ms`. */
  advance(ms: number): void;
};

/** A clock that stands still until it is told to advance. */
export function manualClock(start = Date.parse('2026-11-21T12:00:00Z')): ManualClock {
  let now = start;
  let timers: { readonly at: number; readonly run: () => void }[] = [];
  return {
    now: () => now,
    after(ms, run) {
      const timer = { at: now + ms, run };
      timers.push(timer);
      return () => {
        timers = timers.filter((each) => each !== timer);
      };
    },
    advance(ms) {
      const end = now + ms;
      for (;;) {
        const [next] = timers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
        if (next === undefined) break;
        timers = timers.filter((each) => each !== next);
        now = next.at;
        next.run();
      }
      now = end;
    },
  };
}
