import { describe, expect, it } from 'vitest';
import { aMachine, aMap, anError, aTask, failingWith, run } from './run-definition.ts';

const pass = (rest: object): object => ({ Type: 'Pass', ...('Next' in rest ? {} : { End: true }), ...rest });

describe('variables', () => {
  it('are seen from the next state on', async () => {
    const states = { Set: pass({ Assign: { tag: 'v1' }, Next: 'Read' }), Read: pass({ Output: '{% $tag %}' }) };
    expect((await run(aMachine(states))).execution.progress.output).toBe('v1');
  });

  it('have their old value in the Output of the state that assigns them', async () => {
    const states = { Set: pass({ Assign: { tag: 'v1' }, Next: 'Change' }), Change: pass({ Assign: { tag: 'v2' }, Output: '{% $tag %}' }) };
    expect((await run(aMachine(states))).execution.progress.output).toBe('v1');
  });

  it('assigned together all see the old values', async () => {
    const states = {
      Set: pass({ Assign: { a: 1, b: 2 }, Next: 'Swap' }),
      Swap: pass({ Assign: { a: '{% $b %}', b: '{% $a %}' }, Next: 'Read' }),
      Read: pass({ Output: '{% [$a, $b] %}' }),
    };
    expect((await run(aMachine(states))).execution.progress.output).toEqual([2, 1]);
  });

  it('are not assigned by an attempt that failed', async () => {
    const work = aTask({ Assign: { tag: 'v2' }, Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Read' }], Next: 'Read' });
    const states = { Set: pass({ Assign: { tag: 'v1' }, Next: 'Work' }), Work: work, Read: pass({ Output: '{% $tag %}' }) };
    expect((await run(aMachine(states), { task: failingWith(anError('Broken')) })).execution.progress.output).toBe('v1');
  });

  it('of the outer scope can be read in a Map iteration', async () => {
    const states = { Set: pass({ Assign: { tag: 'v1' }, Next: 'Each' }), Each: aMap({ Read: pass({ Output: '{% $tag & $string($states.input) %}' }) }) };
    expect((await run(aMachine(states))).execution.progress.output).toEqual(['v11', 'v12', 'v13']);
  });

  it('of the outer scope cannot be assigned in a Map iteration, and no catcher takes that failure', async () => {
    const each = aMap({ Change: pass({ Assign: { tag: 'v2' } }) }, { Catch: [{ ErrorEquals: ['States.ALL'], Next: 'End' }] });
    const { execution } = await run(aMachine({ Set: pass({ Assign: { tag: 'v1' }, Next: 'Each' }), Each: each, End: { Type: 'Succeed' } }));
    expect(execution.progress).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
    expect(execution.progress.cause).toContain("The variable 'tag' is defined in an outer scope");
  });

  it('of one iteration are unknown to the others and to the outer scope', async () => {
    const each = aMap({ Set: pass({ Assign: { mine: '{% $states.input %}' }, Next: 'Read' }), Read: pass({ Output: '{% $mine %}' }) }, { Next: 'After' });
    const states = { Each: each, After: pass({ Output: { results: '{% $states.input %}', leaked: '{% $exists($mine) %}' } }) };
    expect((await run(aMachine(states))).execution.progress.output).toEqual({ results: [1, 2, 3], leaked: false });
  });
});

describe('expressions', () => {
  it('fill in a template at any depth', async () => {
    const Output = { list: ['{% $states.input.a %}', 'plain', { deep: '{% $states.input.a + 1 %}' }], flag: true };
    expect((await run(aMachine({ Make: pass({ Output }) }), { input: { a: 1 } })).execution.progress.output).toEqual({ list: [1, 'plain', { deep: 2 }], flag: true });
  });

  it('that yield nothing fail the state and say which field it was', async () => {
    const { execution } = await run(aMachine({ Make: pass({ Output: { tag: '{% $states.input.tag %}' } }) }));
    expect(execution.progress).toMatchObject({
      status: 'FAILED',
      error: 'States.QueryEvaluationError',
      cause:
        "An error occurred while executing the state 'Make' (entered at the event id #2). The JSONata expression '$states.input.tag' specified for the field 'Output/tag' returned nothing (undefined).",
    });
  });

  it('that throw fail the state, which may catch it', async () => {
    const work = aTask({ Arguments: "{% $number('x') %}", Catch: [{ ErrorEquals: ['States.QueryEvaluationError'], Next: 'End' }] });
    const { execution } = await run(aMachine({ Work: work, End: { Type: 'Succeed', Output: '{% $states.input.Error %}' } }));
    expect(execution.progress.output).toBe('States.QueryEvaluationError');
  });

  it('see result only after the task, and errorOutput only in its catchers', async () => {
    const states = { Work: aTask({ Arguments: "{% $exists($states.result) or $exists($states.errorOutput) %}", Output: '{% [$states.result, $exists($states.errorOutput)] %}' }) };
    expect((await run(aMachine(states))).execution.progress.output).toEqual([false, false]);
  });
});

describe('the context object', () => {
  it('tells the execution, the state machine and the state', async () => {
    const { execution } = await run(aMachine({ Make: pass({ Output: '{% $states.context %}' }) }), { input: { tag: 'v1' } });
    expect(execution.progress.output).toEqual({
      Execution: {
        Id: 'arn:aws:states:eu-central-1:111122223333:execution:flow:one',
        Name: 'one',
        Input: { tag: 'v1' },
        RoleArn: 'arn:aws:iam::111122223333:role/flow',
        StartTime: '2026-01-01T00:00:00.000Z',
      },
      StateMachine: { Id: 'arn:aws:states:eu-central-1:111122223333:stateMachine:flow', Name: 'flow' },
      State: { Name: 'Make', EnteredTime: '2026-01-01T00:00:00.000Z', RetryCount: 0 },
    });
  });
});
