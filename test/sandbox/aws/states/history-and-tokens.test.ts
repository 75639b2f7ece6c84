import { describe, expect, it } from 'vitest';
import { aDefinition, aStatesWorld, EXECUTION, FUNCTION, MACHINE, START, type StatesWorld } from './states-world.ts';

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

  it('leaves the data out on request', async () => {
    const { api } = await aFinishedExecution();
    const { events } = await api<Page>('GetExecutionHistory', { executionArn, includeExecutionData: false });
    expect(events[2]).toMatchObject({ taskScheduledEventDetails: { resourceType: 'lambda', resource: 'invoke', region: 'eu-central-1' } });
    expect(JSON.stringify(events)).not.toMatch(/"(input|output|parameters)"/);
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
    HeartbeatSeconds: 60,
  });

  /** An execution whose function has been handed a token; virtual time stands still until `release`. */
  async function asking(): Promise<StatesWorld & { taskToken: string; release: () => void }> {
    const asked = Promise.withResolvers<string>();
    const gate = Promise.withResolvers<void>();
    const world = aStatesWorld({
      definition,
      invoke: () => async ({ payload }) => {
        asked.resolve(typeof payload === 'string' ? payload : 'no token');
        await gate.promise;
        return { payload: null };
      },
    });
    await world.api('StartExecution', { stateMachineArn: MACHINE, name: 'one' });
    return { ...world, taskToken: await asked.promise, release: gate.resolve };
  }

  const outcome = ({ api }: StatesWorld): Promise<Record<string, unknown>> => api('DescribeExecution', { executionArn });

  it('are answered by SendTaskSuccess with the output of the task', async () => {
    const world = await asking();
    expect(await world.api('SendTaskSuccess', { taskToken: world.taskToken, output: '{"ok":true}' })).toEqual({});
    await world.ended(executionArn);
    expect(await outcome(world)).toMatchObject({ status: 'SUCCEEDED', output: '{"ok":true}' });
  });

  it('are answered by SendTaskFailure with error and cause', async () => {
    const world = await asking();
    await world.api('SendTaskFailure', { taskToken: world.taskToken, error: 'Rejected', cause: 'not today' });
    await world.ended(executionArn);
    expect(await outcome(world)).toMatchObject({ status: 'FAILED', error: 'Rejected', cause: 'not today' });
  });

  it('are kept alive by SendTaskHeartbeat', async () => {
    const world = await asking();
    world.release();
    await world.clock.sleep(59_000);
    await world.api('SendTaskHeartbeat', { taskToken: world.taskToken });
    await world.ended(executionArn);
    expect(await outcome(world)).toMatchObject({ error: 'States.HeartbeatTimeout', stopDate: START / 1000 + 119 });
  });

  it('that were answered or timed out are refused with TaskTimedOut', async () => {
    const world = await asking();
    await world.api('SendTaskSuccess', { taskToken: world.taskToken, output: '1' });
    const again = world.api('SendTaskHeartbeat', { taskToken: world.taskToken });
    await expect(again).rejects.toMatchObject({ code: 'TaskTimedOut' });
  });

  it.each(['SendTaskSuccess', 'SendTaskFailure', 'SendTaskHeartbeat'])('need %s on the state machine whose task waits, or waited', async (operation) => {
    const { states, taskToken, api } = await asking();
    const input = { taskToken, ...(operation === 'SendTaskSuccess' && { output: '1' }) };
    const needs = () => states.service.operations[operation]?.needs(input, { id: '111122223333', region: 'eu-central-1' });
    expect(needs()).toEqual([{ action: `states:${operation}`, resource: MACHINE }]);
    await api('SendTaskSuccess', { taskToken, output: '1' });
    expect(needs()).toEqual([{ action: `states:${operation}`, resource: MACHINE }]);
  });

  it('that were never given are refused with InvalidToken, and output that is no JSON with InvalidOutput', async () => {
    const world = await asking();
    await expect(world.api('SendTaskSuccess', { taskToken: 'x', output: '1' })).rejects.toMatchObject({ code: 'InvalidToken' });
    await expect(world.api('SendTaskSuccess', { taskToken: world.taskToken, output: '{' })).rejects.toMatchObject({ code: 'InvalidOutput' });
    await world.api('StopExecution', { executionArn });
  });
});
