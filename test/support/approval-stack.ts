import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DescribeExecutionCommand, SFNClient, StopExecutionCommand } from '@aws-sdk/client-sfn';
import { createCloudFormation } from '../../sandbox/aws/cloudformation/cloudformation.ts';
import { startDynamoDb } from '../../sandbox/aws/dynamodb/dynamodb.ts';
import { startEndpoint } from '../../sandbox/aws/endpoint.ts';
import { createIam, type Credentials, type Iam } from '../../sandbox/aws/iam/iam.ts';
import { startFunctionUrl } from '../../sandbox/aws/lambda/function-url.ts';
import { realClock } from '../../sandbox/aws/states/engine/clock.ts';
import { createStates, type States } from '../../sandbox/aws/states/service.ts';
import { createApprovalStore } from '../../src/adapters/dynamodb/approval-store.ts';
import { openTable } from '../../src/adapters/dynamodb/table.ts';
import { createExecutions } from '../../src/adapters/stepfunctions/executions.ts';
import type { ApprovalStore, PendingApproval } from '../../src/ports/deployment-store.ts';
import { answerApproval } from '../../src/steps/answer-approval.ts';
import { aRole } from '../sandbox/aws/a-role.ts';
import { aPendingApproval } from './approval.ts';
import { ACCOUNT } from './aws.ts';
import { TABLE, TABLE_NAME } from './aws-table.ts';
import { type Ran, runSlipway } from './run-slipway.ts';

const FUNCTION = `arn:aws:lambda:${ACCOUNT.region}:${ACCOUNT.id}:function:slipway-test-answer-approval`;

/** What approvals need of a stack: its table, a state machine whose one task waits for a token, and the URL that answers it. */
export type ApprovalStack = {
  readonly approvals: ApprovalStore;
  /** Starts an execution that waits for this approval, and resolves once its question is in the table. */
  ask(name: string, approval?: Partial<PendingApproval>): Promise<PendingApproval>;
  /** What the task that waited was answered; null while it waits. */
  answerOf(execution: string): Promise<unknown>;
  stop(execution: string): Promise<void>;
  /** Runs a command on this stack as its administrator does. */
  slipway(...args: readonly string[]): Promise<Ran>;
  /** Runs it as a role that may do these actions alone. */
  slipwayAs(actions: readonly string[], ...args: readonly string[]): Promise<Ran>;
  close(): Promise<void>;
};

export async function startApprovalStack(): Promise<ApprovalStack> {
  const iam = createIam(ACCOUNT);
  const dynamodb = await startDynamoDb({ account: ACCOUNT });
  await dynamodb.createTable(TABLE);
  const questions = new Map<string, (token: string) => Promise<void>>();
  const states = createStates({ account: ACCOUNT, clock: realClock, random: () => 0, invoke: askingFunction(questions) });
  const stateMachine = states.createStateMachine({ name: 'slipway-test-deploy', definition: DEFINITION, roleArn: `arn:aws:iam::${ACCOUNT.id}:role/machine` });
  const stacks = createCloudFormation(ACCOUNT);
  const endpoint = await startEndpoint({ account: ACCOUNT, iam });
  for (const service of [dynamodb, states.service, stacks]) endpoint.add(service);
  const administrator = iam.createAdministrator('ann');
  const config = { endpoint: endpoint.url, region: ACCOUNT.region, credentials: administrator };
  const sfn = new SFNClient(config);
  const approvals = createApprovalStore(openTable({ tableName: TABLE_NAME, client: new DynamoDBClient(config) }));
  const answering = await startAnswering(iam, { approvals, executions: createExecutions({ client: sfn }) });
  stacks.addStack('slipway-test', { parameters: {}, outputs: { TableName: TABLE_NAME, StateMachineArn: stateMachine, ApprovalUrl: answering.url } });
  const run = (keys: Credentials, args: readonly string[]): Promise<Ran> => runSlipway([...args, '--stage', 'test'], { env: environmentOf(endpoint.url, keys) });
  return {
    approvals,
    ask: (name, overrides = {}) => ask({ approvals, states, stateMachine, questions }, name, overrides),
    answerOf: async (execution) => JSON.parse((await sfn.send(new DescribeExecutionCommand({ executionArn: execution }))).output ?? 'null') as unknown,
    stop: async (execution) => void (await sfn.send(new StopExecutionCommand({ executionArn: execution }))),
    slipway: (...args) => run(administrator, args),
    slipwayAs(actions, ...args) {
      const { arn } = iam.createRole(aRole({ name: `role-${actions.length}`, actions }));
      return run(iam.credentialsFor(arn, 'lambda.amazonaws.com', 'bob'), args);
    },
    async close() {
      await Promise.all([endpoint.close(), answering.close()]);
      await dynamodb.stop();
    },
  };
}

type Asking = {
  readonly approvals: ApprovalStore;
  readonly states: States;
  readonly stateMachine: string;
  readonly questions: Map<string, (token: string) => Promise<void>>;
};

function ask({ approvals, states, stateMachine, questions }: Asking, name: string, overrides: Partial<PendingApproval>): Promise<PendingApproval> {
  return new Promise((resolve) => {
    questions.set(name, async (taskToken) => {
      const execution = `${stateMachine.replace(':stateMachine:', ':execution:')}:${name}`;
      const requestedAt = new Date().toISOString();
      const question = aPendingApproval({ execution, taskToken, requestedAt, expiresAt: new Date(Date.now() + 3_600_000).toISOString(), ...overrides });
      await approvals.put(question, null);
      resolve(question);
    });
    states.startExecution(stateMachine, JSON.stringify({ name }), name);
  });
}

/** The function of the task: it puts the question of the execution that calls it. */
function askingFunction(questions: Asking['questions']): Parameters<typeof createStates>[0]['invoke'] {
  return async ({ payload }) => {
    const { name, token } = payload as { readonly name: string; readonly token: string };
    await questions.get(name)?.(token);
    return { payload: null };
  };
}

function startAnswering(iam: Iam, ports: Pick<Parameters<typeof answerApproval.run>[0], 'approvals' | 'executions'>): ReturnType<typeof startFunctionUrl> {
  const clock = { now: () => new Date().toISOString() };
  return startFunctionUrl({
    account: ACCOUNT,
    iam,
    functionArn: FUNCTION,
    async invoke({ payload }) {
      const response = await answerApproval.run({ ...ports, clock }, answerApproval.input.parse(JSON.parse(payload)));
      return { requestId: 'one', payload: JSON.stringify(response), error: null };
    },
  });
}

function environmentOf(url: string, { accessKeyId, secretAccessKey, sessionToken }: Credentials): Record<string, string> {
  const token = sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: sessionToken };
  return { AWS_ENDPOINT_URL: url, AWS_REGION: ACCOUNT.region, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, ...token };
}

const DEFINITION = {
  QueryLanguage: 'JSONata',
  StartAt: 'AwaitApproval',
  States: {
    AwaitApproval: {
      Type: 'Task',
      Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
      Arguments: { FunctionName: FUNCTION.replace('answer', 'await'), Payload: { name: '{% $states.input.name %}', token: '{% $states.context.Task.Token %}' } },
      End: true,
    },
  },
};
