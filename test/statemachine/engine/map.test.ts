import { describe, expect, it } from 'vitest';
import type { RunTask } from '../../../sandbox/aws/states/engine/visit.ts';
import { aMachine, aMap, anError, aTask, run, secondsOf, types, type World } from './run-definition.ts';

const item = { item: '{% $states.context.Map.Item.Value %}', index: '{% $states.context.Map.Item.Index %}' };

/** Takes one second per item; item 2 fails after its second. */
const secondFails = ({ clock }: Omit<World, 'execution'>): RunTask => {
  return async ({ arguments: args, signal }) => {
    await clock.sleep(args === 2 ? 1000 : 5000, signal);
    if (args === 2) throw anError('Broken');
    return args;
  };
};

/** Takes as long as is said of the item, and answers it. */
const taking = (seconds: (item: number) => number) => ({ clock }: Omit<World, 'execution'>): RunTask => {
  return async ({ arguments: item, signal }) => {
    await clock.sleep(seconds(Number(item)) * 1000, signal);
    return item;
  };
};

describe('Map', () => {
  it('answers the outputs in the order of the items, whichever ended first', async () => {
    const { execution } = await run(aMachine({ Each: aMap({ Work: aTask() }) }), { task: taking((item) => 10 - item) });
    expect(execution.progress.output).toEqual([1, 2, 3]);
  });

  it('hands every item through the ItemSelector, which sees the item and its index', async () => {
    const { execution } = await run(aMachine({ Each: aMap({ Take: { Type: 'Pass', End: true } }, { Items: ['a', 'b'], ItemSelector: item }) }));
    expect(execution.progress.output).toEqual([{ item: 'a', index: 0 }, { item: 'b', index: 1 }]);
  });

  it('does not show the item in the context object of the states inside', async () => {
    const { execution } = await run(aMachine({ Each: aMap({ Take: { Type: 'Pass', Output: '{% $exists($states.context.Map) %}', End: true } }) }));
    expect(execution.progress.output).toEqual([false, false, false]);
  });

  it('runs over its input when it has no Items, and over nothing at all when there are none', async () => {
    const { Items: _, ...each } = aMap({ Take: { Type: 'Pass', End: true } }) as { Items: unknown };
    expect((await run(aMachine({ Each: each }), { input: ['x'] })).execution.progress.output).toEqual(['x']);
    expect((await run(aMachine({ Each: each }), { input: [] })).execution.progress.output).toEqual([]);
  });

  it('fails when its items are no array', async () => {
    const { execution } = await run(aMachine({ Each: aMap({ Take: { Type: 'Pass', End: true } }, { Items: '{% 1 %}' }) }));
    expect(execution.progress).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' });
  });

  it.each([
    ['one after the other', 1, 30],
    ['two at once', 2, 20],
    ['all at once when MaxConcurrency is 0', 0, 10],
  ])('runs %s', async (_, MaxConcurrency, seconds) => {
    const world = await run(aMachine({ Each: aMap({ Work: aTask() }, { MaxConcurrency }) }), { task: taking(() => 10) });
    expect(world.seconds).toBe(seconds);
  });

  it('runs at most 40 at once', async () => {
    const Items = Array.from({ length: 41 }, (_, index) => index);
    const world = await run(aMachine({ Each: aMap({ Work: aTask() }, { Items, MaxConcurrency: 100 }) }), { task: taking(() => 10) });
    expect(world.seconds).toBe(20);
  });

  it('fails with the first iteration that fails, and aborts the others', async () => {
    const world = await run(aMachine({ Each: aMap({ Work: aTask() }) }), { task: secondFails });
    expect(world.execution.progress).toMatchObject({ status: 'FAILED', error: 'Broken' });
    expect(secondsOf(world, 'MapIterationFailed')).toEqual([1]);
    expect(secondsOf(world, 'MapIterationAborted')).toEqual([1, 1]);
    expect(secondsOf(world, 'TaskStateAborted')).toEqual([1, 1]);
    expect(types(world.execution.history.events).slice(-2)).toEqual(['MapStateFailed', 'ExecutionFailed']);
  });

  it('does not start the items that were waiting when one failed', async () => {
    const world = await run(aMachine({ Each: aMap({ Work: aTask() }, { MaxConcurrency: 1 }) }), { task: secondFails });
    expect(secondsOf(world, 'MapIterationStarted')).toEqual([0, 5]);
  });

  it('can catch the failure of an iteration', async () => {
    const each = aMap({ Work: aTask() }, { Catch: [{ ErrorEquals: ['Broken'], Next: 'End' }] });
    expect((await run(aMachine({ Each: each, End: { Type: 'Succeed' } }), { task: secondFails })).execution.progress.status).toBe('SUCCEEDED');
  });

  it('retried, runs all iterations again', async () => {
    const world = await run(aMachine({ Each: aMap({ Work: aTask() }, { Retry: [{ ErrorEquals: ['Broken'], MaxAttempts: 1 }] }) }), { task: secondFails });
    expect(secondsOf(world, 'MapIterationStarted')).toEqual([0, 0, 0, 2, 2, 2]);
  });

  it('entered again by a loop, runs over the items it finds then', async () => {
    const states = {
      Each: aMap({ Take: { Type: 'Pass', End: true } }, { Items: '{% $states.input %}', Next: 'Enough' }),
      Enough: { Type: 'Choice', Choices: [{ Condition: '{% $count($states.input) = 1 %}', Next: 'End' }], Default: 'Drop' },
      Drop: { Type: 'Pass', Output: '{% [$states.input[[1..9]]] %}', Next: 'Each' },
      End: { Type: 'Succeed' },
    };
    const world = await run(aMachine(states), { input: [1, 2, 3] });
    expect(world.execution.progress.output).toEqual([3]);
    expect(secondsOf(world, 'MapIterationStarted')).toHaveLength(6);
  });

  it('may hold another Map', async () => {
    const inner = aMap({ Take: { Type: 'Pass', End: true } }, { Items: '{% [$states.input, $states.input * 10] %}' });
    expect((await run(aMachine({ Each: aMap({ Inner: inner }) }))).execution.progress.output).toEqual([[1, 10], [2, 20], [3, 30]]);
  });
});
