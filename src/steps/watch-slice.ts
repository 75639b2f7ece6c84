import { UnavailableError } from '../domain/errors.ts';
import { earliest, elapsed, type Instant } from '../domain/instant.ts';
import type { Clock } from '../ports/clock.ts';
import { begunEarly } from './begun-early.ts';

/** What a look at a value came to: an answer, or when to look again should nothing change before. */
export type Look<Answer> = { readonly answer: Answer } | { readonly recheckAt: Instant };

export type WatchedSlice<Value, Answer> = {
  /** When to give up for now. */
  readonly endsAt: Instant;
  readonly open: (signal: AbortSignal) => AsyncIterable<Value>;
  /** `receivedAt` is when the value arrived; `now` is later where the look is repeated. */
  readonly look: (value: Value, now: Instant, receivedAt: Instant) => Look<Answer> | Promise<Look<Answer>>;
};

/**
 * Looks at each value of a stream as it arrives, and again at the instant that the last look named, so that a grace ends on time on a
 * silent stream. Null when the slice is over.
 *
 * @throws what the stream throws; UnavailableError when it ends by itself
 */
export async function watchSlice<Value, Answer>(clock: Clock, { endsAt, open, look }: WatchedSlice<Value, Answer>): Promise<Answer | null> {
  const abort = new AbortController();
  const values = open(abort.signal)[Symbol.asyncIterator]();
  // Asked for after each look: what came while a look acted may be older than what it has learned, and the stream drops that.
  let next: Promise<IteratorResult<Value>> | null = null;
  let current: { readonly value: Value; readonly receivedAt: Instant } | null = null;
  let wakeAt = endsAt;
  try {
    for (;;) {
      next ??= begunEarly(values.next()); // of a value that nobody waits for any more
      const arrived = await firstOf(clock, next, wakeAt);
      const now = clock.now();
      if (arrived !== null) {
        if (arrived.done === true) throw new UnavailableError('A watch ended without a reason; the state machine opens it again.');
        current = { value: arrived.value, receivedAt: now };
        next = null;
      }
      if (current !== null) {
        const found = await look(current.value, now, current.receivedAt);
        if ('answer' in found) return found.answer;
        wakeAt = earliest(found.recheckAt, endsAt);
      }
      if (elapsed(endsAt, now) >= 0) return null;
    }
  } finally {
    abort.abort();
  }
}

/** The pending value, or null once `wakeAt` has come. */
async function firstOf<Result>(clock: Clock, next: Promise<Result>, wakeAt: Instant): Promise<Result | null> {
  const timer = new AbortController();
  try {
    const woken = clock.sleep(Math.max(0, elapsed(clock.now(), wakeAt)), timer.signal).then(() => null);
    return await Promise.race([next, woken]);
  } finally {
    timer.abort();
  }
}
