import { describe, expect, it } from 'vitest';
import type { RunTask } from '../../../sandbox/aws/states/engine/visit.ts';
import { aMachine, anError, aTask, INVOKE_WITH_TOKEN, run, start, types, type World } from './run-definition.ts';

type Task = (world: Omit<World, 'execution'>) => RunTask;

/** A task that takes that long. */
const taking = (...seconds: number[]): Task => {
  return ({ clock }) => async ({ signal }) => {
    await clock.sleep((seconds.shift() ?? 0) * 1000, signal);
    return 'done';
  };
};

const tokenTask = (rest: object = {}): object => aTask({ Resource: INVOKE_WITH_TOKEN, Arguments: '{% $states.context.Task.Token %}', ...rest });

describe('TimeoutSeconds of a task', () => {
  it('ends the attempt with States.Timeout', async () => {
    const world = await run(aMachine({ Work: aTask({ TimeoutSeconds: 5 }) }), { task: taking(60) });
    expect(world.execution.progress).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
    expect(types(world.execution.history.events)).toContain('TaskTimedOut');
    expect(world.execution.progress.stoppedAt).toBe(world.execution.startedAt + 5000);
  });

  it('aborts the signal of the task that overran', async () => {
    let reason: unknown;
    await run(aMachine({ Work: aTask({ TimeoutSeconds: 5 }) }), {
      task: ({ clock }) => async ({ signal }) => {
        await clock.sleep(60_000, signal).catch((error: unknown) => (reason = error));
        return null;
      },
    });
    expect(reason).toMatchObject({ name: 'States.Timeout' });
  });

  it('leaves the signal of a task that ended in time alone', async () => {
    const signals: AbortSignal[] = [];
    await run(aMachine({ Work: aTask({ TimeoutSeconds: 5 }) }), {
      task: () => async ({ signal }) => {
        signals.push(signal);
        return null;
      },
    });
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
  });

  it('leaves no timer behind when the task ended in time', async () => {
    const { clock, execution } = await run(aMachine({ Work: aTask({ TimeoutSeconds: 5 }) }, { TimeoutSeconds: 60 }));
    for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate);
    expect(clock.now()).toBe(execution.startedAt);
  });

  it('counts for each attempt anew', async () => {
    const world = await run(aMachine({ Work: aTask({ TimeoutSeconds: 5, Retry: [{ ErrorEquals: ['States.Timeout'] }] }) }), { task: taking(60, 4) });
    expect(world.execution.progress.output).toBe('done');
    expect(world.execution.progress.stoppedAt).toBe(world.execution.startedAt + 10_000);
  });

  it('may be an expression', async () => {
    const { execution } = await run(aMachine({ Work: aTask({ TimeoutSeconds: '{% $states.input %}' }) }), { input: 7, task: taking(60) });
    expect(execution.history.events.find(({ type }) => type === 'TaskScheduled')?.taskScheduledEventDetails).toMatchObject({ timeoutInSeconds: 7 });
    expect(execution.progress.error).toBe('States.Timeout');
  });
});

describe('TimeoutSeconds of the state machine', () => {
  it('ends the execution TIMED_OUT, whatever the states would catch', async () => {
    const work = aTask({ Retry: [{ ErrorEquals: ['States.ALL'] }], Catch: [{ ErrorEquals: ['States.ALL'], Next: 'End' }] });
    const { execution } = await run(aMachine({ Work: work, End: { Type: 'Succeed' } }, { TimeoutSeconds: 30 }), { task: taking(60) });
    expect(execution.progress).toMatchObject({ status: 'TIMED_OUT', error: 'States.Timeout' });
    expect(types(execution.history.events).slice(-2)).toEqual(['TaskStateAborted', 'ExecutionTimedOut']);
  });
});

describe('.waitForTaskToken', () => {
  it('waits for the answer, not for the function', async () => {
    const world = await run(aMachine({ Ask: tokenTask() }), {
      task: ({ clock, tokens }) => async ({ token = '' }) => {
        await clock.sleep(3_600_000);
        tokens.succeed(token, { approved: true });
        return 'asked';
      },
    });
    expect(world.execution.progress.output).toEqual({ approved: true });
    expect(world.seconds).toBe(3600);
  });

  it('hands the token to the arguments, and records that the request was submitted', async () => {
    const world = start(aMachine({ Ask: tokenTask() }), {
      task: ({ clock, tokens }) => async (request) => {
        expect(request.arguments).toBe(request.token);
        void clock.sleep(1000).then(() => tokens.succeed(request.token ?? '', 1));
        return 'asked';
      },
    });
    await world.execution.ended;
    expect(types(world.execution.history.events)).toEqual([
      'ExecutionStarted', 'TaskStateEntered', 'TaskScheduled', 'TaskStarted', 'TaskSubmitted', 'TaskSucceeded', 'TaskStateExited', 'ExecutionSucceeded',
    ]);
  });

  it('fails when the request itself fails', async () => {
    const { execution } = await run(aMachine({ Ask: tokenTask() }), { task: () => () => Promise.reject(anError('Busy')) });
    expect(execution.progress.error).toBe('Busy');
  });

  it('gives each attempt a token of its own, and the old one is closed', async () => {
    const given: string[] = [];
    const { tokens } = await run(aMachine({ Ask: tokenTask({ TimeoutSeconds: 10, Retry: [{ ErrorEquals: ['States.Timeout'], MaxAttempts: 1 }] }) }), {
      task: () => async ({ token = '' }) => given.push(token),
    });
    expect(new Set(given).size).toBe(2);
    expect(given.map((token) => tokens.succeed(token, null))).toEqual(['closed', 'closed']);
    expect(tokens.succeed('never given', null)).toBe('unknown');
  });
});
