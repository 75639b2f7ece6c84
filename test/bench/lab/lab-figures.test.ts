import { describe, expect, it } from 'vitest';
import { addedByAws, readAwsProfile } from '../../../bench/lab/aws-profile.ts';
import { HEADLINE } from '../../../bench/lab/configuration.ts';
import { criticalPath } from '../../../bench/lab/critical-path.ts';
import { configurationFigures } from '../../../bench/lab/lab-figures.ts';
import type { Round } from '../../../bench/lab/rounds.ts';
import { profileCounts, type SlipwaySample } from '../../../bench/lab/slipway-sample.ts';

const CONSTANT = { each: 'thing', source: 'this test' };
const PROFILE = {
  label: 'A profile',
  constants: { eventDelivery: { ms: 100, ...CONSTANT }, transition: { ms: 10, ...CONSTANT }, invocation: { ms: 5, ...CONSTANT }, request: { ms: 1, ...CONSTANT }, coldStart: { ms: 1000, ...CONSTANT } },
};
const COUNTS = { eventDelivery: 1, transition: 20, invocation: 8, request: 30, coldStart: 0 };

/** All begin at 1,000; Slipway is seen to be ready 50 ms before it says so. */
function aRound(slipway: number, script: number, ideal: number): Round {
  const run = (took: number) => ({ begunAt: 1000, readyAt: 950 + took, saidAt: 1000 + took });
  return { order: ['ideal', 'slipway', 'script'], runs: { slipway: run(slipway), script: run(script), ideal: run(ideal) } };
}

function aSample(overrides: Partial<SlipwaySample> = {}): SlipwaySample {
  return { tag: '1.0.1', execution: { from: 0, to: 900 }, timings: [{ queue: 10, total: 800, overhead: 100 }], invocations: [], requests: [], counts: COUNTS, ...overrides };
}

describe('configurationFigures', () => {
  const rounds = [aRound(1000, 2000, 1000), aRound(3000, 2000, 1500), aRound(1000, 1000, 1000)];
  const figures = configurationFigures(HEADLINE, { rounds, samples: [aSample(), aSample(), aSample()], profile: PROFILE });

  it('divides round by round, not median by median', () => {
    expect([figures.ratio, figures.ideal]).toEqual([{ p50: 1, p95: 1.5 }, { p50: 1, p95: 2 }]);
  });

  it('takes the notice from the observer', () => {
    expect(figures.notice).toEqual({ p50: 50, p95: 50 });
    expect(figures.contenders.script).toMatchObject({ said: { p50: 2000 }, ready: { p50: 1950 } });
  });

  it('adds what AWS would to Slipway alone', () => {
    // 100 + 20 × 10 + 8 × 5 + 30 × 1 = 370
    expect(figures.profile).toMatchObject({ counts: COUNTS, added: { p50: 370 }, said: { p50: 1370, p95: 3370 } });
    expect(figures.profile.ratio).toEqual({ p50: 1.37, p95: 1.69 });
  });

  it('has the stages of every target', () => {
    const sample = aSample({ timings: [{ queue: 10, total: 1, overhead: 1 }, { queue: 30, total: 1, overhead: 1 }] });
    expect(configurationFigures(HEADLINE, { rounds, samples: [sample], profile: PROFILE }).stages.queue).toEqual({ count: 2, p50: 10, p95: 30, max: 30 });
  });
});

describe('criticalPath', () => {
  const event = (id: number, previousEventId: number, type: string) => ({ id, previousEventId, type });

  it('counts what led to the end, and of a Map the iteration that ended last', () => {
    const events = [
      event(1, 0, 'ExecutionStarted'),
      event(2, 1, 'MapStateEntered'),
      event(3, 2, 'MapIterationStarted'),
      event(4, 2, 'MapIterationStarted'),
      event(5, 3, 'TaskStateEntered'),
      event(6, 4, 'TaskStateEntered'),
      event(7, 5, 'TaskScheduled'),
      event(8, 6, 'TaskScheduled'),
      event(9, 7, 'TaskStateExited'),
      event(10, 8, 'ChoiceStateEntered'),
      event(11, 10, 'MapStateSucceeded'),
      event(12, 11, 'ExecutionSucceeded'),
    ];
    expect(criticalPath(events)).toEqual({ transitions: 3, invocations: 1 });
  });
});

describe('profileCounts', () => {
  it('shares requests and new functions out among the targets', () => {
    const request = { from: 0, to: 1, server: 'aws', name: 'GetItem', connects: false, isWatch: false } as const;
    const invocation = { functionName: 'claim', from: 0, to: 1 };
    const sample = { requests: [request, request, request], invocations: [{ ...invocation, load: 90 }, { ...invocation, load: null }] };
    expect(profileCounts({ transitions: 20, invocations: 8 }, sample, 2)).toEqual({ eventDelivery: 1, transition: 20, invocation: 8, request: 2, coldStart: 1 });
  });
});

describe('the profile of AWS', () => {
  it('names a source for each of its constants', () => {
    const { label, constants } = readAwsProfile();
    expect(label).toContain('not a measurement');
    expect(Object.keys(constants).toSorted()).toEqual(Object.keys(COUNTS).toSorted());
    for (const { ms, source } of Object.values(constants)) expect([ms > 0, source.length > 20]).toEqual([true, true]);
  });

  it('adds up', () => {
    expect(addedByAws(PROFILE, { ...COUNTS, coldStart: 2 })).toBe(2370);
  });
});
