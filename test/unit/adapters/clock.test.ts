import { describe, expect, it } from 'vitest';
import { createMemoryClock } from '../../../src/adapters/memory/clock.ts';
import { createSystemClock } from '../../../src/adapters/system/clock.ts';

const HOUR = 3_600_000;
const never = new AbortController().signal;

describe('the memory clock', () => {
  it('moves only when it is advanced', () => {
    const clock = createMemoryClock('2026-01-02T03:04:05.000Z', 280_000);
    clock.advance(1_500);
    expect([clock.now(), clock.remaining()]).toEqual(['2026-01-02T03:04:06.500Z', 278_500]);
  });

  it('wakes a sleeper when its time has come, and not before', async () => {
    const clock = createMemoryClock();
    const woken: string[] = [];
    const sleeps = [1_000, 2_000].map((ms) => clock.sleep(ms, never).then(() => woken.push(`${ms}`)));
    clock.advance(999);
    await Promise.resolve();
    expect(woken).toEqual([]);
    clock.advance(1);
    await sleeps[0];
    expect(woken).toEqual(['1000']);
    clock.advance(5_000);
    await Promise.all(sleeps);
    expect(woken).toEqual(['1000', '2000']);
  });
});

describe.each([
  ['the memory clock', createMemoryClock()],
  ['the system clock', createSystemClock({ remaining: () => 280_000 })],
])('%s', (_, clock) => {
  it('tells the time with milliseconds, and what is left of the invocation', () => {
    expect(clock.now()).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(clock.remaining()).toBe(280_000);
  });

  it('ends a sleep as soon as the signal aborts', async () => {
    const stop = new AbortController();
    const sleep = clock.sleep(HOUR, stop.signal);
    stop.abort();
    await expect(sleep).resolves.toBeUndefined();
    await expect(clock.sleep(HOUR, stop.signal)).resolves.toBeUndefined();
  });
});
