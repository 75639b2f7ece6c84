import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SFNClient } from '@aws-sdk/client-sfn';
import { createCloudFormation } from '../../sandbox/aws/cloudformation/cloudformation.ts';
import { startDynamoDb } from '../../sandbox/aws/dynamodb/dynamodb.ts';
import type { AwsService } from '../../sandbox/aws/service.ts';
import { realClock } from '../../sandbox/aws/states/engine/clock.ts';
import { createStates, type States } from '../../sandbox/aws/states/service.ts';
import { openTable, type Table } from '../../src/adapters/dynamodb/table.ts';
import { ACCOUNT, type ClientConfig, startAws, type TestAws } from './aws.ts';
import { TABLE, TABLE_NAME } from './aws-table.ts';
import { runInProcess } from './run-in-process.ts';
import { type Ran, runSlipway } from './run-slipway.ts';

export const STATE_MACHINE = `arn:aws:states:${ACCOUNT.region}:${ACCOUNT.id}:stateMachine:slipway-test-deploy`;
export const EXECUTION = STATE_MACHINE.replace(':stateMachine:', ':execution:');

/** What every command finds of stage `test`: the stack, its table and its state machine, on the sandbox's AWS. */
export type CommandStack = {
  readonly aws: TestAws;
  readonly table: Table;
  readonly states: States;
  readonly sfn: SFNClient;
  /** Has CloudFormation know the stack, with these outputs besides the table and the state machine. */
  describe(outputs: Readonly<Record<string, string>>): void;
  /** Runs a command on this stack as its administrator does. */
  readonly slipway: (...args: readonly string[]) => Promise<Ran>;
  /** Runs it so in a process of its own. */
  readonly slipwayProcess: (...args: readonly string[]) => Promise<Ran>;
  /** Runs it as a role that may do these actions alone. */
  readonly slipwayAs: (actions: readonly string[], ...args: readonly string[]) => Promise<Ran>;
  readonly close: () => Promise<void>;
};

export type CommandStackOptions = {
  readonly definition: object;
  /** What the functions do that the definition names. */
  readonly invoke: Parameters<typeof createStates>[0]['invoke'];
  /** Besides those that every command asks. */
  readonly services?: readonly AwsService[];
  /** Throws for an execution that is not to be started. */
  readonly beforeStart?: (input: unknown) => void;
};

export async function startCommandStack({ definition, invoke, services = [], beforeStart = () => undefined }: CommandStackOptions): Promise<CommandStack> {
  const dynamodb = await startDynamoDb({ account: ACCOUNT });
  await dynamodb.createTable(TABLE);
  const states = createStates({ account: ACCOUNT, clock: realClock, random: () => 0, invoke });
  states.createStateMachine({ name: 'slipway-test-deploy', definition, roleArn: `arn:aws:iam::${ACCOUNT.id}:role/machine` });
  const stacks = createCloudFormation(ACCOUNT);
  const aws = await startAws(dynamodb, checked(states.service, beforeStart), stacks, ...services);
  return {
    aws,
    table: openTable({ tableName: TABLE_NAME, client: new DynamoDBClient(aws.administrator) }),
    states,
    sfn: new SFNClient(aws.administrator),
    describe: (outputs) =>
      stacks.addStack('slipway-test', { parameters: { RepositoryPrefix: '', SecretPrefix: 'slipway/' }, outputs: { TableName: TABLE_NAME, StateMachineArn: STATE_MACHINE, ...outputs } }),
    slipway: (...args) => runInProcess(onStage(args), environmentOf(aws.administrator)),
    slipwayProcess: (...args) => runSlipway(onStage(args), { env: environmentOf(aws.administrator) }),
    slipwayAs: (actions, ...args) => runInProcess(onStage(args), environmentOf(aws.only(...actions))),
    async close() {
      await aws.close();
      await dynamodb.stop();
    },
  };
}

const onStage = (args: readonly string[]): readonly string[] => [...args, '--stage', 'test'];

function environmentOf({ endpoint, region, credentials: { accessKeyId, secretAccessKey, sessionToken } }: ClientConfig): Record<string, string> {
  const token = sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: sessionToken };
  return { AWS_ENDPOINT_URL: endpoint, AWS_REGION: region, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, ...token };
}

/** Step Functions with a look at each input before it starts an execution. */
function checked(service: AwsService, beforeStart: (input: unknown) => void): AwsService {
  const { StartExecution } = service.operations;
  if (StartExecution === undefined) throw new Error('The sandbox of Step Functions starts no executions.');
  const start: typeof StartExecution = {
    ...StartExecution,
    async run(request: { readonly input: string }, call) {
      beforeStart(JSON.parse(request.input));
      return (await StartExecution.run(request, call)) as unknown;
    },
  };
  return { ...service, operations: { ...service.operations, StartExecution: start } };
}
