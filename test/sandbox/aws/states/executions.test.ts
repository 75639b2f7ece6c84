import { describe, expect, it } from 'vitest';
import { aDefinition, aStatesWorld, endless, EXECUTION, failing, MACHINE, START } from './states-world.ts';

describe('StartExecution', () => {
  it('answers the ARN and the start in epoch seconds', async () => {
    const { api } = aStatesWorld();
    expect(await api('StartExecution', { stateMachineArn: MACHINE, name: 'one', input: '{}' })).toEqual({ executionArn: `${EXECUTION}:one`, startDate: START / 1000 });
  });

  it('gives an execution without a name a UUID for one', async () => {
    const { executionArn } = await aStatesWorld().api<{ executionArn: string }>('StartExecution', { stateMachineArn: MACHINE });
    expect(executionArn).toMatch(/:execution:flow:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  });

  it('is the same execution for the same name and input while it runs', async () => {
    const { api } = aStatesWorld({ invoke: endless });
    const first = await api('StartExecution', { stateMachineArn: MACHINE, name: 'one', input: '{"a":1}' });
    expect(await api('StartExecution', { stateMachineArn: MACHINE, name: 'one', input: '{"a":1}' })).toEqual(first);
    const other = api('StartExecution', { stateMachineArn: MACHINE, name: 'one', input: '{"a":2}' });
    await expect(other).rejects.toMatchObject({ code: 'ExecutionAlreadyExists', message: `Execution Already Exists: '${EXECUTION}:one'` });
    await api('StopExecution', { executionArn: `${EXECUTION}:one` });
  });

  it('refuses the name of an execution that has ended', async () => {
    const { api, ended } = aStatesWorld();
    await api('StartExecution', { stateMachineArn: MACHINE, name: 'one' });
    await ended(`${EXECUTION}:one`);
    await expect(api('StartExecution', { stateMachineArn: MACHINE, name: 'one' })).rejects.toMatchObject({ code: 'ExecutionAlreadyExists' });
  });

  it.each(['with space', 'sha256:abc', 'a/b', 'x'.repeat(81), '', 'tab\t'])('refuses the name %j', async (name) => {
    await expect(aStatesWorld().api('StartExecution', { stateMachineArn: MACHINE, name })).rejects.toMatchObject({ code: 'InvalidName', message: `Invalid Name: '${name}'` });
  });

  it.each([
    ['an unknown state machine', { stateMachineArn: `${MACHINE}2` }, 'StateMachineDoesNotExist'],
    ['an ARN of another kind', { stateMachineArn: `${EXECUTION}:one` }, 'InvalidArn'],
    ['input that is no JSON', { stateMachineArn: MACHINE, input: '{' }, 'InvalidExecutionInput'],
    ['input above 256 KiB', { stateMachineArn: MACHINE, input: JSON.stringify('é'.repeat(131_072)) }, 'ValidationException'],
  ])('refuses %s', async (_, input, code) => {
    await expect(aStatesWorld().api('StartExecution', input)).rejects.toMatchObject({ code });
  });

  it('refuses by name a member that it does not act on', async () => {
    await expect(aStatesWorld().api('StartExecution', { stateMachineArn: MACHINE, traceHeader: 'x' })).rejects.toThrow('traceHeader');
  });
});

describe('DescribeExecution', () => {
  it('tells a running execution', async () => {
    const { api } = aStatesWorld({ invoke: endless });
    await api('StartExecution', { stateMachineArn: MACHINE, name: 'one', input: '{ "a": 1 }' });
    expect(await api('DescribeExecution', { executionArn: `${EXECUTION}:one` })).toEqual({
      executionArn: `${EXECUTION}:one`,
      stateMachineArn: MACHINE,
      name: 'one',
      status: 'RUNNING',
      startDate: START / 1000,
      input: '{ "a": 1 }',
      inputDetails: { included: true },
      redriveCount: 0,
      redriveStatus: 'NOT_REDRIVABLE',
      redriveStatusReason: 'Execution is RUNNING and cannot be redriven',
    });
    await api('StopExecution', { executionArn: `${EXECUTION}:one` });
  });

  it('tells the output of one that succeeded', async () => {
    const { api, ended } = aStatesWorld();
    await api('StartExecution', { stateMachineArn: MACHINE, name: 'one', input: '{"a":1}' });
    await ended(`${EXECUTION}:one`);
    expect(await api('DescribeExecution', { executionArn: `${EXECUTION}:one` })).toMatchObject({
      status: 'SUCCEEDED',
      stopDate: START / 1000,
      output: '{"ExecutedVersion":"$LATEST","Payload":{"a":1},"StatusCode":200}',
      redriveStatusReason: 'Execution is SUCCEEDED and cannot be redriven',
    });
  });

  it('tells error and cause of one that failed, and that it can be redriven', async () => {
    const { api, ended } = aStatesWorld({ invoke: failing });
    await api('StartExecution', { stateMachineArn: MACHINE, name: 'one' });
    await ended(`${EXECUTION}:one`);
    expect(await api('DescribeExecution', { executionArn: `${EXECUTION}:one` })).toMatchObject({
      status: 'FAILED',
      error: 'UnavailableError',
      cause: '{"errorType":"UnavailableError","errorMessage":"no answer from the Git host","trace":[]}',
      redriveStatus: 'REDRIVABLE',
    });
  });

  it.each([
    ['an unknown execution', `${EXECUTION}:none`, 'ExecutionDoesNotExist', `Execution Does Not Exist: '${EXECUTION}:none'`],
    ['an ARN of another kind', MACHINE, 'InvalidArn', 'Invalid Arn'],
  ])('refuses %s', async (_, executionArn, code, message) => {
    const described = aStatesWorld().api('DescribeExecution', { executionArn });
    await expect(described).rejects.toMatchObject({ code });
    await expect(described).rejects.toThrow(message);
  });
});

describe('ListExecutions', () => {
  type Page = { executions: { name: string }[]; nextToken?: string };

  it('lists the executions of a state machine, newest first, in pages', async () => {
    const { api, states } = aStatesWorld();
    for (const name of ['a', 'b', 'c']) states.startExecution(MACHINE, '{}', name);
    const first = await api<Page>('ListExecutions', { stateMachineArn: MACHINE, maxResults: 2 });
    states.startExecution(MACHINE, '{}', 'd');
    const second = await api<Page>('ListExecutions', { stateMachineArn: MACHINE, maxResults: 2, nextToken: first.nextToken });
    expect([first, second].map(({ executions }) => executions.map(({ name }) => name))).toEqual([['c', 'b'], ['a']]);
    expect(second.nextToken).toBeUndefined();
  });

  it('filters by status', async () => {
    const { api, ended } = aStatesWorld({ invoke: failing });
    await api('StartExecution', { stateMachineArn: MACHINE, name: 'one' });
    await ended(`${EXECUTION}:one`);
    expect((await api<Page>('ListExecutions', { stateMachineArn: MACHINE, statusFilter: 'FAILED' })).executions).toHaveLength(1);
    expect((await api<Page>('ListExecutions', { stateMachineArn: MACHINE, statusFilter: 'RUNNING' })).executions).toEqual([]);
  });

  it('refuses a token that it did not give, and a filter that it does not know', async () => {
    const { api } = aStatesWorld();
    await expect(api('ListExecutions', { stateMachineArn: MACHINE, nextToken: 'x' })).rejects.toMatchObject({ code: 'InvalidToken' });
    await expect(api('ListExecutions', { stateMachineArn: MACHINE, redriveFilter: 'REDRIVEN' })).rejects.toThrow('redriveFilter');
  });
});

describe('StopExecution', () => {
  it('aborts the execution, and says when', async () => {
    const { api, changes } = aStatesWorld({ invoke: endless });
    await api('StartExecution', { stateMachineArn: MACHINE, name: 'one' });
    expect(await api('StopExecution', { executionArn: `${EXECUTION}:one`, error: 'Enough', cause: 'by hand' })).toEqual({ stopDate: START / 1000 });
    expect(await api('DescribeExecution', { executionArn: `${EXECUTION}:one` })).toMatchObject({ status: 'ABORTED', error: 'Enough', cause: 'by hand' });
    expect(changes.map(({ status }) => status)).toEqual(['RUNNING', 'ABORTED']);
  });
});

describe('RedriveExecution', () => {
  it('runs the execution on under its ARN', async () => {
    let broken = true;
    const { api, ended, changes, clock } = aStatesWorld({ invoke: () => async (call) => (broken ? failing()(call) : { payload: 'mended' }) });
    await api('StartExecution', { stateMachineArn: MACHINE, name: 'one' });
    await ended(`${EXECUTION}:one`);
    broken = false;
    await clock.sleep(5000);
    expect(await api('RedriveExecution', { executionArn: `${EXECUTION}:one` })).toEqual({ redriveDate: START / 1000 + 5 });
    expect(await api('DescribeExecution', { executionArn: `${EXECUTION}:one` })).toMatchObject({ status: 'RUNNING', redriveCount: 1 });
    await clock.sleep(1);
    expect(await api('DescribeExecution', { executionArn: `${EXECUTION}:one` })).toMatchObject({ status: 'SUCCEEDED', redriveCount: 1, redriveDate: START / 1000 + 5 });
    expect(changes.map(({ status }) => status)).toEqual(['RUNNING', 'FAILED', 'RUNNING', 'SUCCEEDED']);
  });

  it('repeats its answer for the same client token, for a quarter of an hour', async () => {
    const { api, ended, clock } = aStatesWorld({ invoke: failing });
    const redrive = { executionArn: `${EXECUTION}:one`, clientToken: 'once' };
    await api('StartExecution', { stateMachineArn: MACHINE, name: 'one' });
    await ended(redrive.executionArn);
    const first = await api('RedriveExecution', redrive);
    await clock.sleep(60_000);
    expect(await api('RedriveExecution', redrive)).toEqual(first);
    expect(await api('DescribeExecution', { executionArn: redrive.executionArn })).toMatchObject({ redriveCount: 1 });
    await clock.sleep(15 * 60_000);
    await api('RedriveExecution', redrive);
    expect(await api('DescribeExecution', { executionArn: redrive.executionArn })).toMatchObject({ redriveCount: 2 });
  });

  it('refuses an execution that succeeded', async () => {
    const { api, ended } = aStatesWorld();
    await api('StartExecution', { stateMachineArn: MACHINE, name: 'one' });
    await ended(`${EXECUTION}:one`);
    const message = 'Execution is SUCCEEDED and cannot be redriven';
    await expect(api('RedriveExecution', { executionArn: `${EXECUTION}:one` })).rejects.toMatchObject({ code: 'ExecutionNotRedrivable', message });
  });
});

describe('createStateMachine', () => {
  it('refuses a second machine of that name, and a definition that the engine cannot run', () => {
    const { states } = aStatesWorld();
    const roleArn = 'arn:aws:iam::111122223333:role/flow';
    expect(() => states.createStateMachine({ name: 'flow', definition: aDefinition(), roleArn })).toThrow('State Machine Already Exists');
    expect(() => states.createStateMachine({ name: 'other', definition: aDefinition({ ResultPath: '$' }), roleArn })).toThrow('ResultPath');
  });
});

describe('the needed permission', () => {
  it.each([
    ['StartExecution', { stateMachineArn: MACHINE }, MACHINE],
    ['ListExecutions', { stateMachineArn: MACHINE }, MACHINE],
    ['DescribeExecution', { executionArn: `${EXECUTION}:one` }, `${EXECUTION}:one`],
    ['GetExecutionHistory', { executionArn: `${EXECUTION}:one` }, `${EXECUTION}:one`],
    ['StopExecution', { executionArn: `${EXECUTION}:one` }, `${EXECUTION}:one`],
    ['RedriveExecution', { executionArn: `${EXECUTION}:one` }, `${EXECUTION}:one`],
  ])('of %s is its action on the resource that it names', (operation, input, resource) => {
    const { operations } = aStatesWorld().states.service;
    expect(operations[operation]?.needs(input, { id: '111122223333', region: 'eu-central-1' })).toEqual([{ action: `states:${operation}`, resource }]);
  });
});
