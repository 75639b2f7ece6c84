import { DescribeExecutionCommand, ListExecutionsCommand, SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { realClock } from '../../sandbox/aws/states/engine/clock.ts';
import { createStates } from '../../sandbox/aws/states/service.ts';
import { createMemoryExecutions } from '../../src/adapters/memory/executions.ts';
import { createExecutions } from '../../src/adapters/stepfunctions/executions.ts';
import { ConfigurationError, ForbiddenError } from '../../src/domain/errors.ts';
import { ACCOUNT, startAws, type TestAws } from '../support/aws.ts';
import { executionsContract } from './executions.contract.ts';

executionsContract('memory', () => {
  const executions = createMemoryExecutions();
  let tasks = 0;
  const start = (status: Parameters<typeof executions.set>[1]): Promise<string> => {
    const execution = `execution:${status}`;
    executions.set(execution, status);
    return Promise.resolve(execution);
  };
  return {
    executions,
    async startedOnes() {
      const statuses = await Promise.all(executions.started.map(({ name }) => executions.status(name)));
      return executions.started.filter((_, index) => statuses[index] === 'RUNNING').map(({ name, request }) => ({ execution: name, request }));
    },
    async waitForAnswer() {
      const taskToken = `token-${++tasks}`;
      executions.wait(taskToken);
      return { taskToken, answered: () => Promise.resolve(executions.answers.get(taskToken)), failed: () => Promise.resolve(executions.failures.get(taskToken)) };
    },
    succeed: () => start('SUCCEEDED'),
    fail: () => start('FAILED'),
    wait: () => start('RUNNING'),
    stop: async (execution) => executions.set(execution, 'ABORTED'),
  };
});

/** Resolved with the token of the task that waits, by the execution that it is of. */
const asked = new Map<string, PromiseWithResolvers<string>>();
const Asking = z.object({ execution: z.string(), token: z.string() });
const states = createStates({
  account: ACCOUNT,
  clock: realClock,
  random: () => 0,
  async invoke({ payload }) {
    const { execution, token } = Asking.parse(payload);
    tokenOf(execution).resolve(token);
    return { payload: null };
  },
});
let aws: TestAws;
beforeAll(async () => {
  aws = await startAws(states.service);
});
afterAll(() => aws.close());

function tokenOf(execution: string): PromiseWithResolvers<string> {
  const token = asked.get(execution) ?? Promise.withResolvers<string>();
  asked.set(execution, token);
  return token;
}

const ASK = {
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
  Arguments: {
    FunctionName: `arn:aws:lambda:${ACCOUNT.region}:${ACCOUNT.id}:function:ask`,
    Payload: { execution: '{% $states.context.Execution.Id %}', token: '{% $states.context.Task.Token %}' },
  },
  End: true,
};
let machines = 0;

function aMachine(state: object): string {
  const definition = { QueryLanguage: 'JSONata', StartAt: 'Only', States: { Only: state } };
  return states.createStateMachine({ name: `machine-${++machines}`, definition, roleArn: `arn:aws:iam::${ACCOUNT.id}:role/machine` });
}

executionsContract('Step Functions', () => {
  const start = async (state: object): Promise<string> => states.startExecution(aMachine(state), '{}').executionArn;
  const operator = new SFNClient(aws.administrator);
  const describe = (executionArn: string | undefined) => operator.send(new DescribeExecutionCommand({ executionArn }));
  const stateMachineArn = aMachine(ASK);
  const client = new SFNClient(aws.only('states:DescribeExecution', 'states:StartExecution', 'states:SendTaskSuccess', 'states:SendTaskFailure'));
  return {
    executions: createExecutions({ client, stateMachineArn }),
    async startedOnes() {
      const { executions = [] } = await operator.send(new ListExecutionsCommand({ stateMachineArn, statusFilter: 'RUNNING' }));
      const descriptions = await Promise.all(executions.map(({ executionArn }) => describe(executionArn)));
      return descriptions.map(({ executionArn = '', input = '' }) => ({ execution: executionArn, request: JSON.parse(input) as unknown }));
    },
    async waitForAnswer() {
      const execution = await start(ASK);
      const output = async () => JSON.parse((await describe(execution)).output ?? 'null') as unknown;
      const answered = async () => {
        await expect.poll(output, { timeout: 10_000 }).not.toBeNull();
        return output();
      };
      const failed = async () => {
        await expect.poll(async () => (await describe(execution)).status, { timeout: 10_000 }).toBe('FAILED');
        const { error: name, cause: message } = await describe(execution);
        return { name, message };
      };
      return { taskToken: await tokenOf(execution).promise, answered, failed };
    },
    succeed: () => start({ Type: 'Succeed' }),
    fail: () => start({ Type: 'Pass', Output: "{% $error('On purpose') %}", End: true }),
    wait: () => start(ASK),
    stop: async (execution) => void (await operator.send(new StopExecutionCommand({ executionArn: execution }))),
  };
});

it('refuses to start without a state machine, and says what to set', async () => {
  const executions = createExecutions({ client: new SFNClient(aws.administrator) });
  await expect(executions.start('next_web_1', {})).rejects.toThrow(new ConfigurationError('Cannot start execution next_web_1: no state machine is named; set STATE_MACHINE_ARN.'));
});

it('names the right that a start lacks', async () => {
  const executions = createExecutions({ client: new SFNClient(aws.only('states:DescribeExecution')), stateMachineArn: aMachine(ASK) });
  const starting = executions.start('next_web_1', {});
  await expect(starting).rejects.toThrow(ForbiddenError);
  await expect(starting).rejects.toThrow('states:StartExecution');
});
