import { describe, expect, it } from 'vitest';
import { backoff, takesError } from '../../../sandbox/aws/states/engine/retry.ts';
import { aMachine, anError, aTask, failingWith, run, secondsOf } from './run-definition.ts';

const times = (count: number, name: string): Error[] => Array.from({ length: count }, () => anError(name));
const withRetry = (...retriers: object[]): object => aMachine({ Work: aTask({ Retry: retriers }) });

describe('takesError', () => {
  it.each([
    ['a name takes itself', ['UnavailableError'], 'UnavailableError', true],
    ['a name takes no other', ['UnavailableError'], 'TimeoutError', false],
    ['States.ALL takes any error', ['States.ALL'], 'UnavailableError', true],
    ['States.ALL takes timeouts', ['States.ALL'], 'States.Timeout', true],
    ['States.ALL does not take States.DataLimitExceeded', ['States.ALL'], 'States.DataLimitExceeded', false],
    ['States.ALL does not take States.Runtime', ['States.ALL'], 'States.Runtime', false],
    ['States.Runtime is not taken even by its name', ['States.Runtime'], 'States.Runtime', false],
    ['States.DataLimitExceeded is taken by its name', ['States.DataLimitExceeded'], 'States.DataLimitExceeded', true],
    ['States.TaskFailed takes any other error', ['States.TaskFailed'], 'UnavailableError', true],
    ['States.TaskFailed does not take States.Timeout', ['States.TaskFailed'], 'States.Timeout', false],
  ])('%s', (_, names, error, taken) => {
    expect(takesError(names, error)).toBe(taken);
  });
});

describe('backoff', () => {
  const random = (): number => 0.25;

  it('is one second, doubled with each retry, unless the retrier says otherwise', () => {
    expect([0, 1, 2].map((earlier) => backoff({ ErrorEquals: ['X'] }, earlier, random))).toEqual([1000, 2000, 4000]);
  });

  it('grows by BackoffRate from IntervalSeconds up to MaxDelaySeconds', () => {
    const retrier = { ErrorEquals: ['X'], IntervalSeconds: 2, BackoffRate: 3, MaxDelaySeconds: 20 };
    expect([0, 1, 2, 3].map((earlier) => backoff(retrier, earlier, random))).toEqual([2000, 6000, 18_000, 20_000]);
  });

  it('is, with full jitter, a random part of that delay: from nothing to just below all of it', () => {
    const retrier = { ErrorEquals: ['X'], IntervalSeconds: 8, JitterStrategy: 'FULL' as const };
    expect([0, 0.25, 0.999].map((chance) => backoff(retrier, 1, () => chance))).toEqual([0, 4000, 15_984]);
  });

  it('does not ask for chance without jitter', () => {
    expect(backoff({ ErrorEquals: ['X'], JitterStrategy: 'NONE' }, 0, () => Number.NaN)).toBe(1000);
  });
});

describe('Retry', () => {
  it('waits between the attempts as the retrier says', async () => {
    const world = await run(withRetry({ ErrorEquals: ['Busy'], IntervalSeconds: 2, BackoffRate: 3, MaxAttempts: 3 }), { task: failingWith(...times(3, 'Busy')) });
    expect(world.execution.progress.status).toBe('SUCCEEDED');
    expect(secondsOf(world, 'TaskScheduled')).toEqual([0, 2, 8, 26]);
  });

  it('gives up after three retries when MaxAttempts is not set', async () => {
    const world = await run(withRetry({ ErrorEquals: ['Busy'] }), { task: failingWith(...times(9, 'Busy')) });
    expect(world.execution.progress).toMatchObject({ status: 'FAILED', error: 'Busy', cause: 'said so' });
    expect(secondsOf(world, 'TaskFailed')).toEqual([0, 1, 3, 7]);
  });

  it('never retries with MaxAttempts 0', async () => {
    const world = await run(withRetry({ ErrorEquals: ['Busy'], MaxAttempts: 0 }, { ErrorEquals: ['States.ALL'] }), { task: failingWith(anError('Busy')) });
    expect(world.execution.progress.status).toBe('FAILED');
  });

  it('does not retry an error that no retrier names', async () => {
    const world = await run(withRetry({ ErrorEquals: ['Busy'] }), { task: failingWith(anError('Broken')) });
    expect(world.execution.progress).toMatchObject({ status: 'FAILED', error: 'Broken' });
  });

  it('counts for each retrier by itself', async () => {
    const retriers = [{ ErrorEquals: ['Busy'], MaxAttempts: 1 }, { ErrorEquals: ['Race'], MaxAttempts: 1 }];
    const world = await run(withRetry(...retriers), { task: failingWith(anError('Busy'), anError('Race')) });
    expect(world.execution.progress.status).toBe('SUCCEEDED');
    expect(world.seconds).toBe(2);
  });

  it('tells the number of retries in the context object', async () => {
    const states = { Work: aTask({ Arguments: '{% $states.context.State.RetryCount %}', Retry: [{ ErrorEquals: ['Busy'] }] }) };
    const { execution } = await run(aMachine(states), { task: failingWith(...times(2, 'Busy')) });
    expect(execution.progress.output).toBe(2);
  });

  it('computes the arguments anew for each attempt', async () => {
    const seen: unknown[] = [];
    const states = { Work: aTask({ Arguments: { retry: '{% $states.context.State.RetryCount %}' }, Retry: [{ ErrorEquals: ['Busy'], MaxAttempts: 1 }] }) };
    await run(aMachine(states), {
      task: () => async (request) => {
        seen.push(request.arguments);
        throw anError('Busy');
      },
    });
    expect(seen).toEqual([{ retry: 0 }, { retry: 1 }]);
  });

  it('also retries a state whose own Output could not be computed', async () => {
    const states = { Work: aTask({ Output: '{% $states.result.missing %}', Retry: [{ ErrorEquals: ['States.QueryEvaluationError'], MaxAttempts: 2 }] }) };
    const world = await run(aMachine(states));
    expect(secondsOf(world, 'TaskSucceeded')).toEqual([0, 1, 3]);
    expect(world.execution.progress.error).toBe('States.QueryEvaluationError');
  });
});
