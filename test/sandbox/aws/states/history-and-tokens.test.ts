import { describe, expect, it } from 'vitest';
import { account, aDefinition, aStatesWorld, EXECUTION, FUNCTION, MACHINE, START, type StatesWorld } from './states-world.ts';

const executionArn = `${EXECUTION}:one`;

describe('GetExecutionHistory', () => {
  type Page = { events: { id: number; type: string; timestamp: number }[]; nextToken?: string };

  async function aFinishedExecution(): Promise<StatesWorld> {
    const world = aStatesWorld();
    await world.api('StartExecution', { stateMachineArn: MACHINE, name: 'one', input: '{"a":1}' });
    await world.ended(executionArn);
    return world;
  }

  it('answers the events with epoch seconds, in pages', async () => {
    const { api } = await aFinishedExecution();
    const first = await api<Page>('GetExecutionHistory', { executionArn, maxResults: 4 });
    const second = await api<Page>('GetExecutionHistory', { executionArn, maxResults: 4, nextToken: first.nextToken });
    expect([...first.events, ...second.events].map(({ type }) => type)).toEqual([
      'ExecutionStarted', 'TaskStateEntered', 'TaskScheduled', 'TaskStarted', 'TaskSucceeded', 'TaskStateExited', 'ExecutionSucceeded',
    ]);
    expect(first.events[0]?.timestamp).toBe(START / 1000);
    expect(second.nextToken).toBeUndefined();
  });

  it('answers the newest first on request', async () => {
    const { api } = await aFinishedExecution();
    const { events } = await api<Page>('GetExecutionHistory', { executionArn, reverseOrder: true });
    expect(events.map(({ id }) => id)).toEqual([7, 6, 5, 4, 3, 2, 1]);
  });

  it('refuses pages of more than 1000', async () => {
    const { api } = await aFinishedExecution();
    await expect(api('GetExecutionHistory', { executionArn, maxResults: 1001 })).rejects.toThrow('maxResults');
  });
});

describe('task tokens', () => {
  const definition = aDefinition({
    Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
    Arguments: { FunctionName: FUNCTION, Payload: '{% $states.context.Task.Token %}' },
  });

  /** An execution whose function has been handed a token. */
  async function asking(): Promise<StatesWorld & { taskToken: string }> {
    const asked = Promise.withResolvers<string>();
    const world = aStatesWorld({
      definition,
      invoke: () => async ({ payload }) => {
        asked.resolve(typeof payload === 'string' ? payload : 'no token');
        return { payload: null };
      },
    });
    await world.api('StartExecution', { stateMachineArn: MACHINE, name: 'one' });
    return { ...world, taskToken: await asked.promise };
  }

  const outcome = ({ api }: StatesWorld): Promise<Record<string, unknown>> => api('DescribeExecution', { executionArn });

  it('are answered by SendTaskSuccess with the output of the task', async () => {
    const world = await asking();
    expect(await world.api('SendTaskSuccess', { taskToken: world.taskToken, output: '{"ok":true}' })).toEqual({});
    await world.ended(executionArn);
    expect(await outcome(world)).toMatchObject({ status: 'SUCCEEDED', output: '{"ok":true}' });
  });

  it('are failed by SendTaskFailure with its error and cause, which needs a right of its own', async () => {
    const world = await asking();
    const input = { taskToken: world.taskToken, error: 'RefusedError', cause: 'declined' };
    expect(world.states.service.operations['SendTaskFailure']?.needs(input, account)).toEqual([{ action: 'states:SendTaskFailure', resource: MACHINE }]);
    expect(await world.api('SendTaskFailure', input)).toEqual({});
    await world.ended(executionArn);
    expect(await outcome(world)).toMatchObject({ status: 'FAILED', error: 'RefusedError', cause: expect.stringContaining('declined') as string });
    await expect(world.api('SendTaskFailure', input)).rejects.toMatchObject({ code: 'TaskTimedOut' });
  });

  it('that were answered or timed out are refused with TaskTimedOut', async () => {
    const world = await asking();
    await world.api('SendTaskSuccess', { taskToken: world.taskToken, output: '1' });
    const again = world.api('SendTaskSuccess', { taskToken: world.taskToken, output: '1' });
    await expect(again).rejects.toMatchObject({ code: 'TaskTimedOut' });
  });

  it('need SendTaskSuccess on the state machine whose task waits, or waited', async () => {
    const { states, taskToken, api } = await asking();
    const input = { taskToken, output: '1' };
    const needs = () => states.service.operations['SendTaskSuccess']?.needs(input, account);
    expect(needs()).toEqual([{ action: 'states:SendTaskSuccess', resource: MACHINE }]);
    await api('SendTaskSuccess', input);
    expect(needs()).toEqual([{ action: 'states:SendTaskSuccess', resource: MACHINE }]);
  });

  it('that were never given are refused with InvalidToken, and output that is no JSON with InvalidOutput', async () => {
    const world = await asking();
    await expect(world.api('SendTaskSuccess', { taskToken: 'x', output: '1' })).rejects.toMatchObject({ code: 'InvalidToken' });
    await expect(world.api('SendTaskSuccess', { taskToken: world.taskToken, output: '{' })).rejects.toMatchObject({ code: 'InvalidOutput' });
    await world.api('StopExecution', { executionArn });
  });
});
