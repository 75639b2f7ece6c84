import { describe, expect, it } from 'vitest';
import { createMemoryClock } from '../../../src/adapters/memory/clock.ts';
import { UnavailableError } from '../../../src/domain/errors.ts';
import { later } from '../../../src/domain/instant.ts';
import { watchSlice } from '../../../src/steps/watch-slice.ts';

async function* values<T>(...all: T[]): AsyncGenerator<T> {
  yield* all;
}

describe('watchSlice', () => {
  it('aborts the stream once there is an answer', async () => {
    const clock = createMemoryClock();
    let signal: AbortSignal | undefined;
    const open = (given: AbortSignal) => ((signal = given), values(1, 2, 3));
    const answer = await watchSlice(clock, { endsAt: later(clock.now(), 1000), open, look: (value) => (value === 2 ? { answer: 'two' } : { recheckAt: later(clock.now(), 10_000) }) });
    expect([answer, signal?.aborted]).toEqual(['two', true]);
  });

  it('does not take the end of a stream for an answer', async () => {
    const clock = createMemoryClock();
    const slice = { endsAt: later(clock.now(), 1000), open: () => values(1), look: () => ({ recheckAt: later(clock.now(), 500) }) };
    await expect(watchSlice(clock, slice)).rejects.toThrow(UnavailableError);
  });

  it('ends a slice in which nothing came at all', async () => {
    const clock = createMemoryClock();
    const never = { [Symbol.asyncIterator]: () => ({ next: () => new Promise<IteratorResult<number>>(() => undefined) }) };
    const slice = watchSlice(clock, { endsAt: later(clock.now(), 1000), open: () => never, look: () => ({ answer: 'none' }) });
    await Promise.resolve();
    clock.advance(1000);
    expect(await slice).toBeNull();
  });
});
