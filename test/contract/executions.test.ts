import { SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll } from 'vitest';
import { realClock } from '../../sandbox/aws/states/engine/clock.ts';
import { createStates } from '../../sandbox/aws/states/service.ts';
import { createMemoryExecutions } from '../../src/adapters/memory/executions.ts';
import { createExecutions } from '../../src/adapters/stepfunctions/executions.ts';
import { ACCOUNT, startAws, type TestAws } from '../support/aws.ts';
import { executionsContract } from './executions.contract.ts';

executionsContract('memory', () => {
  const executions = createMemoryExecutions();
  const start = (status: Parameters<typeof executions.set>[1]): Promise<string> => {
    const execution = `execution:${status}`;
    executions.set(execution, status);
    return Promise.resolve(execution);
  };
  return {
    executions,
    succeed: () => start('SUCCEEDED'),
    fail: () => start('FAILED'),
    wait: () => start('RUNNING'),
    stop: async (execution) => executions.set(execution, 'ABORTED'),
  };
});

const states = createStates({ account: ACCOUNT, clock: realClock, random: () => 0, invoke: () => Promise.reject(new Error('No state of these machines is a task.')) });
let aws: TestAws;
beforeAll(async () => {
  aws = await startAws(states.service);
});
afterAll(() => aws.close());

let machines = 0;

executionsContract('Step Functions', () => {
  const start = async (state: object): Promise<string> => {
    const definition = { QueryLanguage: 'JSONata', StartAt: 'Only', States: { Only: state } };
    const machine = states.createStateMachine({ name: `machine-${++machines}`, definition, roleArn: `arn:aws:iam::${ACCOUNT.id}:role/machine` });
    return states.startExecution(machine, '{}').executionArn;
  };
  const operator = new SFNClient(aws.administrator);
  return {
    executions: createExecutions({ client: new SFNClient(aws.only('states:DescribeExecution')) }),
    succeed: () => start({ Type: 'Succeed' }),
    fail: () => start({ Type: 'Fail', Error: 'Test', Cause: 'On purpose' }),
    wait: () => start({ Type: 'Wait', Seconds: 3_600, End: true }),
    stop: async (execution) => void (await operator.send(new StopExecutionCommand({ executionArn: execution }))),
  };
});
