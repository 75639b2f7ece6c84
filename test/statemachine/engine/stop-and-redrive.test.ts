import { describe, expect, it } from 'vitest';
import type { RunTask } from '../../../sandbox/aws/states/engine/visit.ts';
import { aMachine, aMap, anError, aTask, failingWith, redrive, run, secondsOf, start, types, type World } from './run-definition.ts';

const DAY_MS = 24 * 3600 * 1000;

/** Sleeps until it is stopped. */
const endless = ({ clock }: Omit<World, 'execution'>): RunTask => {
  return ({ signal }) => clock.sleep(1000 * DAY_MS, signal);
};

/** Stops the execution after that many seconds. */
async function stopAfter(seconds: number, world: World): Promise<void> {
  await world.clock.sleep(seconds * 1000);
  await world.execution.stop({ error: 'Enough', cause: 'by hand' });
}

/** The types of the events that came with the last redrive. */
function sinceRedrive({ execution }: World): string[] {
  const all = types(execution.history.events);
  return all.slice(all.lastIndexOf('ExecutionRedriven'));
}

describe('stopping an execution', () => {
  it('ends it ABORTED with the error and cause given', async () => {
    const world = start(aMachine({ Work: aTask() }), { task: endless });
    await stopAfter(5, world);
    expect(world.execution.progress).toMatchObject({ status: 'ABORTED', error: 'Enough', cause: 'by hand', stoppedAt: world.execution.startedAt + 5000 });
    expect(types(world.execution.history.events).slice(-2)).toEqual(['TaskStateAborted', 'ExecutionAborted']);
  });

  it('aborts the tasks that run, in all iterations', async () => {
    const signals: AbortSignal[] = [];
    const world = start(aMachine({ Each: aMap({ Work: aTask({ TimeoutSeconds: 600 }) }) }), {
      task: (given) => (request) => {
        signals.push(request.signal);
        return endless(given)(request);
      },
    });
    await stopAfter(5, world);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true, true]);
  });

  it('does not wait for a task that ignores it', async () => {
    const world = start(aMachine({ Work: aTask() }), { task: () => () => new Promise(() => undefined) });
    await world.execution.stop();
    expect(world.execution.progress.status).toBe('ABORTED');
  });

  it('is neither retried nor caught', async () => {
    const work = aTask({ Retry: [{ ErrorEquals: ['States.ALL'] }], Catch: [{ ErrorEquals: ['States.ALL'], Next: 'End' }] });
    const world = start(aMachine({ Work: work, End: { Type: 'Succeed' } }), { task: endless });
    await stopAfter(5, world);
    expect(world.execution.progress.status).toBe('ABORTED');
  });

  it('also ends a wait between two attempts', async () => {
    const world = start(aMachine({ Work: aTask({ Retry: [{ ErrorEquals: ['Busy'], IntervalSeconds: 100 }] }) }), { task: failingWith(anError('Busy')) });
    await stopAfter(5, world);
    expect(world.execution.progress).toMatchObject({ status: 'ABORTED', stoppedAt: world.execution.startedAt + 5000 });
  });

  it('leaves an execution that has ended as it is', async () => {
    const { execution } = await run(aMachine({ End: { Type: 'Succeed' } }));
    await execution.stop();
    expect(execution.progress.status).toBe('SUCCEEDED');
  });
});

describe('what can be redriven', () => {
  it('is an execution that failed, was stopped or timed out', async () => {
    const failed = await run(aMachine({ Work: aTask() }), { task: failingWith(anError('Broken')) });
    const timedOut = await run(aMachine({ Work: aTask() }, { TimeoutSeconds: 5 }), { task: endless });
    const stopped = start(aMachine({ Work: aTask() }), { task: endless });
    await stopped.execution.stop();
    expect([failed, timedOut, stopped].map(({ execution }) => execution.redriveObstacle())).toEqual([null, null, null]);
  });

  it('is not one that succeeded or still runs', async () => {
    const { execution } = await run(aMachine({ End: { Type: 'Succeed' } }));
    expect(() => execution.redrive()).toThrow('Execution is SUCCEEDED and cannot be redriven');
    const running = start(aMachine({ Work: aTask() }), { task: () => () => new Promise(() => undefined) });
    expect(running.execution.redriveObstacle()).toBe('Execution is RUNNING and cannot be redriven');
    await running.execution.stop();
  });

  it('is not one that ended more than 14 days ago', async () => {
    const { execution, clock } = await run(aMachine({ Work: aTask() }), { task: failingWith(anError('Broken')) });
    await clock.sleep(14 * DAY_MS);
    expect(execution.redriveObstacle()).toBeNull();
    await clock.sleep(1);
    expect(execution.redriveObstacle()).toBe('Execution redrivable period exceeded');
  });
});

describe('a redrive', () => {
  it('schedules the failed task again without entering it, with the input and variables it had', async () => {
    const states = {
      Set: { Type: 'Pass', Assign: { tag: 'v1' }, Output: 'kept', Next: 'Work' },
      Work: aTask({ Arguments: '{% [$tag, $states.input] %}' }),
    };
    const world = await run(aMachine(states), { task: failingWith(anError('Broken')) });
    await redrive(world);
    expect(world.execution.progress).toMatchObject({ status: 'SUCCEEDED', output: ['v1', 'kept'] });
    expect(sinceRedrive(world)).toEqual(['ExecutionRedriven', 'TaskScheduled', 'TaskStarted', 'TaskSucceeded', 'TaskStateExited', 'ExecutionSucceeded']);
    expect(world.execution.history.events.find(({ type }) => type === 'ExecutionRedriven')).toMatchObject({ id: 9, previousEventId: 8, executionRedrivenEventDetails: { redriveCount: 1 } });
  });

  it('tells its count and time in the context object, which had neither before; the start stays', async () => {
    const Arguments = '{% $states.context.Execution %}';
    const world = await run(aMachine({ Work: aTask({ Arguments }) }), { task: failingWith(anError('Broken'), anError('Broken')) });
    await world.clock.sleep(60_000);
    await redrive(world);
    await redrive(world);
    expect(world.execution.history.events.find(({ type }) => type === 'TaskScheduled')?.taskScheduledEventDetails?.parameters).not.toContain('Redrive');
    expect(world.execution.progress.output).toMatchObject({ StartTime: '2026-01-01T00:00:00.000Z', RedriveCount: 2, RedriveTime: '2026-01-01T00:01:00.000Z' });
  });

  it('gives the retriers their attempts back', async () => {
    const errors = Array.from({ length: 4 }, () => anError('Busy'));
    const world = await run(aMachine({ Work: aTask({ Retry: [{ ErrorEquals: ['Busy'], MaxAttempts: 1 }] }) }), { task: failingWith(...errors) });
    await redrive(world);
    expect(secondsOf(world, 'TaskScheduled')).toEqual([0, 1, 1, 2]);
  });

  it('starts the time limit of the state machine and of the task anew', async () => {
    const world = await run(aMachine({ Work: aTask({ TimeoutSeconds: 50 }) }, { TimeoutSeconds: 30 }), { task: endless });
    await redrive(world);
    expect(secondsOf(world, 'ExecutionTimedOut')).toEqual([30, 60]);
  });

  it('evaluates a Choice again that could not decide', async () => {
    const decide = { Type: 'Choice', Choices: [{ Condition: '{% $exists($states.context.Execution.RedriveCount) %}', Next: 'End' }] };
    const world = await run(aMachine({ Decide: decide, End: { Type: 'Succeed' } }));
    await redrive(world);
    expect(world.execution.progress.status).toBe('SUCCEEDED');
  });

  it('does not repeat a state whose failure was caught', async () => {
    const states = { Try: aTask({ Catch: [{ ErrorEquals: ['Caught'], Next: 'Work' }], Next: 'Work' }), Work: aTask() };
    const world = await run(aMachine(states), { task: failingWith(anError('Caught'), anError('Broken')) });
    await redrive(world);
    expect(sinceRedrive(world)).not.toContain('TaskStateEntered');
    expect(world.execution.progress.output).toEqual({ Error: 'Caught', Cause: 'said so' });
  });

  it('goes on where a stop hit it between two states', async () => {
    const world = start(aMachine({ First: { Type: 'Pass', Next: 'Second' }, Second: { Type: 'Pass', End: true } }));
    await world.execution.stop();
    await redrive(world);
    expect(types(world.execution.history.events).filter((type) => type === 'PassStateEntered').length).toBe(2);
    expect(world.execution.progress.status).toBe('SUCCEEDED');
  });
});
