import { describe, expect, it } from 'vitest';
import { LONGEST_SLICE, sliceEnd, watchingSince } from '../../../src/domain/slice.ts';

const NOW = '2026-01-02T03:05:00.000Z';

describe('sliceEnd', () => {
  it.each([
    ['is after the longest slice where the invocation has time', 280_000, '2026-01-02T03:09:00.000Z'],
    ['keeps time back of a shorter invocation', 30_000, '2026-01-02T03:05:10.000Z'],
    ['is now where there is nothing left', 5_000, NOW],
  ])('%s', (_name, remaining, end) => {
    expect(sliceEnd(NOW, remaining)).toBe(end);
  });

  it('leaves a slice below the timeout of a function', () => {
    expect(LONGEST_SLICE).toBeLessThan(280_000);
  });
});

describe('watchingSince', () => {
  const since = '2026-01-02T03:04:00.000Z';

  it.each([
    ['begins now at the first slice', { since: undefined, after: undefined, redrivenAt: null }, NOW],
    ['goes on over slices', { since, after: undefined, redrivenAt: undefined }, since],
    ['goes on when the step before ended earlier', { since, after: since, redrivenAt: null }, since],
    ['begins now where it is the step before that watched since', { since, after: '2026-01-02T03:04:00.001Z', redrivenAt: null }, NOW],
    ['begins now after a redrive', { since, after: undefined, redrivenAt: '2026-01-02T03:04:30.000Z' }, NOW],
    ['goes on over slices since the redrive', { since, after: undefined, redrivenAt: '2026-01-02T03:03:00.000Z' }, since],
  ])('%s', (_name, clock, expected) => {
    expect(watchingSince(clock, NOW)).toBe(expected);
  });
});
