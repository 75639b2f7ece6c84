import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as delay } from 'node:timers/promises';

/** Time as the engine sees it: the real one in the sandbox, a virtual one where hours must pass in milliseconds. */
export interface Clock {
  /** Epoch milliseconds. */
  now(): number;
  /** Resolves after `ms`; rejects with the signal's reason once it is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /**
   * Runs work whose end no timer of this clock foretells, such as a function in a worker. Virtual time stands still during it,
   * except while the work itself sleeps on this clock. Aborting the signal ends the clock's interest in it.
   */
  during<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T>;
}

/** Node turns longer timers into timers of one millisecond. */
const LONGEST_TIMER = 2 ** 31 - 1;

export const realClock: Clock = {
  now: () => Date.now(),
  async sleep(ms, signal) {
    signal?.throwIfAborted();
    for (let left = ms; left > 0; left -= LONGEST_TIMER) {
      await delay(Math.min(left, LONGEST_TIMER), undefined, signal && { signal }).catch((error: unknown) => {
        signal?.throwIfAborted();
        throw error;
      });
    }
  },
  during: (work) => work(),
};

type Sleeper = { readonly until: number; readonly wake: () => void };
type Work = { asleep: number };

/** A clock that jumps to the next timer whenever nothing else can happen: no promise is pending but its own sleeps. */
export function virtualClock(start: number): Clock {
  return new VirtualClock(start);
}

class VirtualClock implements Clock {
  #now: number;
  #jumpPlanned = false;
  readonly #sleepers = new Set<Sleeper>();
  readonly #underway = new Set<Work>();
  /** Tells which work a sleep belongs to, so that a task which sleeps does not hold time up. */
  readonly #current = new AsyncLocalStorage<Work>();

  constructor(start: number) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const sleeper = { until: this.#now + Math.max(0, ms), wake: resolve };
    const interrupt = (): void => reject(signal?.reason);
    const work = this.#current.getStore();
    this.#sleepers.add(sleeper);
    signal?.addEventListener('abort', interrupt);
    if (work) work.asleep += 1;
    this.#planJump();
    try {
      await promise;
    } finally {
      if (work) work.asleep -= 1;
      signal?.removeEventListener('abort', interrupt);
      this.#sleepers.delete(sleeper);
    }
  }

  async during<T>(run: () => Promise<T>, signal: AbortSignal): Promise<T> {
    const work = { asleep: 0 };
    const forget = (): void => {
      this.#underway.delete(work);
      this.#planJump();
    };
    this.#underway.add(work);
    signal.addEventListener('abort', forget);
    try {
      return await this.#current.run(work, run);
    } finally {
      signal.removeEventListener('abort', forget);
      forget();
    }
  }

  /** An immediate runs after all promise callbacks: by then all that could go on without time has gone on. */
  #planJump(): void {
    if (this.#jumpPlanned) return;
    this.#jumpPlanned = true;
    setImmediate(() => {
      this.#jumpPlanned = false;
      this.#jump();
    });
  }

  #jump(): void {
    const busy = [...this.#underway].some((work) => work.asleep === 0);
    const next = [...this.#sleepers].reduce<Sleeper | null>((first, one) => (first && first.until <= one.until ? first : one), null);
    if (busy || !next) return;
    this.#sleepers.delete(next);
    this.#now = Math.max(this.#now, next.until);
    next.wake();
    this.#planJump();
  }
}
