import { describe, expect, it } from 'vitest';
import { MAX_DATA_BYTES, MAX_EVENTS } from '../../../sandbox/aws/states/engine/limits.ts';
import { aMachine, aMap, aTask, run, types } from './run-definition.ts';

describe('the history', () => {
  it('tells a task in the events and fields of GetExecutionHistory', async () => {
    const { execution } = await run(aMachine({ Work: aTask({ Arguments: { n: 1 }, TimeoutSeconds: 9, Assign: { seen: '{% $states.result.n %}' } }) }));
    expect(execution.history.events.map(({ timestamp: _, ...event }) => event)).toEqual([
      { id: 1, previousEventId: 0, type: 'ExecutionStarted', executionStartedEventDetails: { input: '{}', inputDetails: { truncated: false }, roleArn: 'arn:aws:iam::111122223333:role/flow' } },
      { id: 2, previousEventId: 1, type: 'TaskStateEntered', stateEnteredEventDetails: { name: 'Work', input: '{}', inputDetails: { truncated: false } } },
      { id: 3, previousEventId: 2, type: 'TaskScheduled', taskScheduledEventDetails: { resourceType: 'lambda', resource: 'invoke', region: 'eu-central-1', parameters: '{"n":1}', timeoutInSeconds: 9 } },
      { id: 4, previousEventId: 3, type: 'TaskStarted', taskStartedEventDetails: { resourceType: 'lambda', resource: 'invoke' } },
      { id: 5, previousEventId: 4, type: 'TaskSucceeded', taskSucceededEventDetails: { resourceType: 'lambda', resource: 'invoke', output: '{"n":1}', outputDetails: { truncated: false } } },
      {
        id: 6, previousEventId: 5, type: 'TaskStateExited',
        stateExitedEventDetails: { name: 'Work', output: '{"n":1}', outputDetails: { truncated: false }, assignedVariables: { seen: '1' }, assignedVariablesDetails: { truncated: false } },
      },
      { id: 7, previousEventId: 6, type: 'ExecutionSucceeded', executionSucceededEventDetails: { output: '{"n":1}', outputDetails: { truncated: false } } },
    ]);
  });

  it('links the events of each iteration among themselves', async () => {
    const { execution } = await run(aMachine({ Each: aMap({ Take: { Type: 'Pass', End: true } }, { Items: [1, 2] }) }));
    const { events } = execution.history;
    expect(types(events)).toEqual([
      'ExecutionStarted', 'MapStateEntered', 'MapStateStarted',
      'MapIterationStarted', 'PassStateEntered', 'MapIterationStarted', 'PassStateEntered',
      'PassStateExited', 'PassStateExited', 'MapIterationSucceeded', 'MapIterationSucceeded',
      'MapStateSucceeded', 'MapStateExited', 'ExecutionSucceeded',
    ]);
    expect(events.map(({ previousEventId }) => previousEventId)).toEqual([0, 1, 2, 3, 4, 3, 6, 5, 7, 8, 9, 11, 12, 13]);
    expect(events[5]?.mapIterationStartedEventDetails).toEqual({ name: 'Each', index: 1 });
  });

  it('ends an execution that reaches 25,000 events', async () => {
    const loop = { Type: 'Choice', Choices: [{ Condition: false, Next: 'Loop' }], Default: 'Loop' };
    const { execution } = await run(aMachine({ Loop: loop }));
    expect(execution.progress).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
    expect(execution.history.events.length).toBe(MAX_EVENTS);
    expect(execution.redriveObstacle()).toBe('Execution history event limit exceeded');
  });
});

describe('the size limit', () => {
  const filling = 'x'.repeat(MAX_DATA_BYTES - 2);

  it('is 256 KiB of UTF-8 JSON for a task result', async () => {
    const result = (text: string) => run(aMachine({ Work: aTask({ Output: 'small' }) }), { task: () => async () => text });
    expect((await result(filling)).execution.progress.status).toBe('SUCCEEDED');
    expect((await result(`${filling}x`)).execution.progress).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
    expect((await result(filling.replace('xx', 'éx'))).execution.progress.error).toBe('States.DataLimitExceeded');
  });

  it.each([
    ['arguments of a task', { Work: aTask({ Arguments: `{% $pad('', ${MAX_DATA_BYTES}, 'x') %}` }) }],
    ['the output of a state', { Make: { Type: 'Pass', Output: `{% $pad('', ${MAX_DATA_BYTES}, 'x') %}`, End: true } }],
    ['the variables that a state assigns', { Make: { Type: 'Pass', Assign: { big: `{% $pad('', ${MAX_DATA_BYTES}, 'x') %}` }, End: true } }],
    ['the results of a Map together', { Each: aMap({ Make: { Type: 'Pass', Output: "{% $pad('', 100000, 'x') %}", End: true } }, { Output: 'small' }) }],
  ])('holds for %s', async (_, states) => {
    const { execution } = await run(aMachine(states));
    expect(execution.progress).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
  });

  it('is not caught by States.ALL', async () => {
    const work = aTask({ Catch: [{ ErrorEquals: ['States.ALL'], Next: 'End' }] });
    const { execution } = await run(aMachine({ Work: work, End: { Type: 'Succeed' } }), { task: () => async () => `${filling}x` });
    expect(execution.progress.status).toBe('FAILED');
  });
});
