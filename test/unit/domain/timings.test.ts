import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Marks } from '../../../src/domain/deployment.ts';
import { STAGES, timings } from '../../../src/domain/timings.ts';

const at = (second: number) => new Date(Date.UTC(2026, 0, 2) + second * 1000).toISOString();

const WHOLE: Marks = {
  pushed: at(0), started: at(1), resolved: at(2), claimed: at(3), committed: at(5), operationStarted: at(6), applied: at(10), ready: at(20), noticed: at(21), verified: at(25),
};

describe('timings', () => {
  it('measures each stage from the end of the one before', () => {
    expect(timings(WHOLE)).toEqual({
      queue: 1000, resolve: 1000, claim: 1000, commit: 2000, detect: 1000, sync: 4000, rollout: 10_000, notice: 1000, verify: 4000, total: 25_000, overhead: 7000,
    });
  });

  it('leaves out stages that were not reached', () => {
    expect(timings({ started: at(1), resolved: at(2) })).toEqual({ queue: 0, resolve: 1000, total: 1000, overhead: 1000 });
  });

  it('starts a boundary that lies before its predecessor at the predecessor', () => {
    expect(timings({ ...WHOLE, applied: at(4) })).toMatchObject({ sync: 0, rollout: 14_000, total: 25_000 });
  });

  it('leaves the time before a redrive out of the stage in which it falls', () => {
    expect(timings(WHOLE, [{ from: at(3), to: at(4.5) }])).toMatchObject({ commit: 500, total: 23_500 });
  });

  it('counts the stage in which a deployment was broken off up to that instant', () => {
    const { ready: _ready, noticed: _noticed, verified: _verified, ...marks } = WHOLE;
    expect(timings(marks, [], at(70))).toMatchObject({ sync: 4000, rollout: 60_000, total: 70_000, overhead: 6000 });
    expect(timings({ started: at(1) }, [], at(3))).toMatchObject({ resolve: 2000, total: 2000 });
  });

  it('waits for a merge only where something was proposed', () => {
    const { operationStarted: _operationStarted, applied: _applied, ready: _ready, noticed: _noticed, verified: _verified, ...marks } = WHOLE;
    expect(timings(marks, [], at(9))).toMatchObject({ commit: 2000, detect: 4000, overhead: 9000 });
    expect(timings(marks, [], at(9))).not.toHaveProperty('merge');
    expect(timings(marks, [], at(9), true)).toMatchObject({ commit: 2000, merge: 4000, overhead: 5000 });
    expect(timings({ ...marks, merged: at(7) }, [], at(9), true)).toMatchObject({ merge: 2000, detect: 2000, total: 9000 });
  });

  it('has nothing to break off after the last stage', () => {
    expect(timings(WHOLE, [], at(99))).toEqual(timings(WHOLE));
  });

  it('sums to total, with no stage below zero, whatever the instants', () => {
    const mark = fc.option(fc.integer({ min: 0, max: 10_000 }).map(at), { nil: undefined });
    fc.assert(
      fc.property(
        fc.record({ started: fc.integer({ min: 0, max: 10_000 }).map(at), pushed: mark, resolved: mark, claimed: mark, committed: mark, operationStarted: mark, applied: mark, ready: mark, noticed: mark, verified: mark }),
        (marks) => {
          const measured = timings(marks as Marks);
          const lengths = STAGES.map((stage) => measured[stage] ?? 0);
          expect(Math.min(...lengths)).toBeGreaterThanOrEqual(0);
          expect(lengths.reduce((sum, length) => sum + length, 0)).toBe(measured.total);
          expect(measured.overhead).toBeLessThanOrEqual(measured.total);
        },
      ),
    );
  });
});
