import type { Clock } from './clock.ts';
import type { StatesError } from './errors.ts';

export type Deadline = { readonly seconds: number; readonly failure: StatesError };

/** Runs `work` with a signal that is aborted by the outer signal, or with the deadline's failure. The work must heed it. */
export async function withDeadline<T>(clock: Clock, deadline: Deadline | null, outer: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  if (!deadline) return work(outer);
  const expired = new AbortController();
  const finished = new AbortController();
  const timer = clock.sleep(deadline.seconds * 1000, AbortSignal.any([outer, finished.signal]));
  void timer.then(() => expired.abort(deadline.failure), () => undefined);
  try {
    return await work(AbortSignal.any([outer, expired.signal]));
  } finally {
    finished.abort();
  }
}

/** Settles as `work` does, or rejects with the signal's reason as soon as that is aborted, even if `work` never notices. */
export async function unlessAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal.reason);
  signal.addEventListener('abort', onAbort);
  if (signal.aborted) onAbort();
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}
