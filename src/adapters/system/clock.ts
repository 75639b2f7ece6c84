import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../../ports/clock.ts';

/** The machine's clock, and the time that its host still gives us: `remaining` is the Lambda context's. */
export function createSystemClock({ remaining }: Pick<Clock, 'remaining'>): Clock {
  return {
    now: () => new Date().toISOString(),
    remaining,
    sleep: (ms, signal) => delay(ms, undefined, { signal }).catch(() => undefined),
  };
}
