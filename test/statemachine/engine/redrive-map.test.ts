import { describe, expect, it } from 'vitest';
import type { Json } from '../../../sandbox/aws/states/engine/json.ts';
import type { RunTask } from '../../../sandbox/aws/states/engine/visit.ts';
import { aMachine, aMap, anError, aTask, redrive, run, type World } from './run-definition.ts';

/** Two tasks for each item; the second one remembers what the first one found. */
const twoSteps = {
  Find: aTask({ Arguments: { step: 'find', item: '{% $states.input %}' }, Assign: { found: '{% $states.result.item * 10 %}' }, Next: 'Use' }),
  Use: aTask({ Arguments: { step: 'use', item: '{% $found %}' }, Output: '{% $states.result.item %}' }),
};

type Call = { step: string; item: number };

/** Logs the calls; item 1 is done at once, item 2 fails the first time it is used, item 3 takes a minute to use. */
function recorder(calls: Call[]): (world: Omit<World, 'execution'>) => RunTask {
  let broken = false;
  return ({ clock }) => async ({ arguments: args, signal }) => {
    const call = args as Call;
    calls.push(call);
    if (call.step === 'use' && call.item === 30) await clock.sleep(60_000, signal);
    if (call.step === 'use' && call.item === 20) {
      await clock.sleep(1000, signal);
      const wasBroken = broken;
      broken = true;
      if (!wasBroken) throw anError('Broken');
    }
    return args;
  };
}

describe('a redrive of a Map', () => {
  it('keeps the iterations that succeeded, and goes on in the middle of those that failed or were aborted', async () => {
    const calls: Call[] = [];
    const world = await run(aMachine({ Each: aMap(twoSteps) }), { task: recorder(calls) });
    expect(world.execution.progress.error).toBe('Broken');
    calls.length = 0;
    await redrive(world);
    expect(world.execution.progress).toMatchObject({ status: 'SUCCEEDED', output: [10, 20, 30] });
    expect(calls).toEqual([{ step: 'use', item: 20 }, { step: 'use', item: 30 }]);
  });

  it('starts the iterations that had not begun', async () => {
    const calls: Call[] = [];
    const world = await run(aMachine({ Each: aMap(twoSteps, { MaxConcurrency: 2 }) }), { task: recorder(calls) });
    const begunBefore = calls.filter(({ item }) => item === 3);
    await redrive(world);
    expect(begunBefore).toEqual([{ step: 'find', item: 3 }]);
    expect(world.execution.progress.output).toEqual([10, 20, 30]);
  });

  it('goes on from the redrive event in each iteration', async () => {
    const world = await run(aMachine({ Each: aMap(twoSteps) }), { task: recorder([]) });
    await redrive(world);
    const { events } = world.execution.history;
    const redriven = events.find(({ type }) => type === 'ExecutionRedriven')?.id ?? 0;
    expect(events.filter(({ previousEventId }) => previousEventId === redriven).map(({ type }) => type)).toEqual(['TaskScheduled', 'TaskScheduled']);
    expect(events.slice(redriven).map(({ type }) => type)).not.toContain('MapStateStarted');
  });

  it('repeats all of them when the data was too large', async () => {
    let size = 100_000;
    const items: Json[] = [];
    const world = await run(aMachine({ Each: aMap({ Work: aTask() }, { Output: 'small' }) }), {
      task: () => async ({ arguments: item }) => {
        items.push(item);
        return 'x'.repeat(size);
      },
    });
    expect(world.execution.progress.error).toBe('States.DataLimitExceeded');
    size = 10;
    await redrive(world);
    expect(world.execution.progress.status).toBe('SUCCEEDED');
    expect(items).toEqual([1, 2, 3, 1, 2, 3]);
  });

  it('reaches into a Map inside a Map', async () => {
    const calls: Json[] = [];
    let broken = true;
    const inner = aMap({ Work: aTask() }, { Items: '{% [$states.input, $states.input * 10] %}', MaxConcurrency: 1 });
    const world = await run(aMachine({ Each: aMap({ Inner: inner }, { MaxConcurrency: 1 }) }), {
      task: () => async ({ arguments: item }) => {
        calls.push(item);
        if (item === 20 && broken) throw anError('Broken');
        return item;
      },
    });
    broken = false;
    await redrive(world);
    expect(world.execution.progress.output).toEqual([[1, 10], [2, 20], [3, 30]]);
    expect(calls).toEqual([1, 10, 2, 20, 20, 3, 30]);
  });
});
