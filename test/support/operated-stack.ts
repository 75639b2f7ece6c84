import { CreateRepositoryCommand, ECRClient } from '@aws-sdk/client-ecr';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DescribeExecutionCommand, ListExecutionsCommand, SFNClient } from '@aws-sdk/client-sfn';
import { createCloudFormation } from '../../sandbox/aws/cloudformation/cloudformation.ts';
import { startDynamoDb } from '../../sandbox/aws/dynamodb/dynamodb.ts';
import { createEcr } from '../../sandbox/aws/ecr/ecr.ts';
import { realClock } from '../../sandbox/aws/states/engine/clock.ts';
import type { FunctionAnswer } from '../../sandbox/aws/states/lambda-task.ts';
import { createQueues, type Queues } from '../../sandbox/aws/sqs/queues.ts';
import { createStates } from '../../sandbox/aws/states/service.ts';
import { createSts } from '../../sandbox/aws/sts/sts.ts';
import { openTable } from '../../src/adapters/dynamodb/table.ts';
import { createRecordStore } from '../../src/adapters/dynamodb/record-store.ts';
import { createServiceStore } from '../../src/adapters/dynamodb/service-store.ts';
import { createTargetStore } from '../../src/adapters/dynamodb/target-store.ts';
import type { RecordStore, ServiceStore, TargetStore } from '../../src/ports/deployment-store.ts';
import { ACCOUNT, startAws } from './aws.ts';
import { TABLE, TABLE_NAME } from './aws-table.ts';
import { anImage, pushImage } from './push-image.ts';
import { type Ran, runSlipway } from './run-slipway.ts';

export const STATE_MACHINE = `arn:aws:states:${ACCOUNT.region}:${ACCOUNT.id}:stateMachine:slipway-test-deploy`;
export const EXECUTION = STATE_MACHINE.replace(':stateMachine:', ':execution:');

/** The functions by the states that call them. */
export type Functions = Readonly<Record<string, () => FunctionAnswer>>;

/** What the command line needs of a stack: its table, its ECR, its dead-letter queue, and a state machine of two states, whose functions answer as a test says. */
export type OperatedStack = {
  readonly services: ServiceStore;
  readonly targets: TargetStore;
  readonly records: RecordStore;
  /** Runs a command on this stack as its administrator does. */
  slipway(...args: readonly string[]): Promise<Ran>;
  /** Starts an execution under a name, and resolves when it has ended. */
  execute(name: string, input: object): Promise<string>;
  /** Inputs of all executions, the newest first. */
  inputs(): Promise<readonly unknown[]>;
  /** Pushes an image whose content is its tag, and returns its digest. */
  push(repository: string, tag: string): Promise<string>;
  /** Leaves a message in the dead-letter queue, as EventBridge does for an event that it can't deliver. */
  lose(body: string, attributes?: Readonly<Record<string, string>>): void;
  /** Bodies of what is in the dead-letter queue. */
  lost(): readonly string[];
  answer(functions: Functions): void;
  close(): Promise<void>;
};

export async function startOperatedStack(): Promise<OperatedStack> {
  const dynamodb = await startDynamoDb({ account: ACCOUNT });
  await dynamodb.createTable(TABLE);
  let functions: Functions = {};
  const invoke = async ({ functionArn }: { readonly functionArn: string }): Promise<FunctionAnswer> => functions[functionArn.split(':').at(-1) ?? '']?.() ?? { payload: {} };
  const states = createStates({ account: ACCOUNT, clock: realClock, random: () => 0, invoke });
  states.createStateMachine({ name: 'slipway-test-deploy', definition: DEFINITION, roleArn: `arn:aws:iam::${ACCOUNT.id}:role/machine` });
  const stacks = createCloudFormation(ACCOUNT);
  const queues = createQueues(ACCOUNT);
  const lostEvents = openLostEvents(queues);
  const aws = await startAws(dynamodb, states.service, stacks, queues.service, createSts(), createEcr({ account: ACCOUNT, publish: () => undefined, now: Date.now }));
  const { administrator } = aws;
  const outputs = { TableName: TABLE_NAME, StateMachineArn: STATE_MACHINE, LostEventsUrl: `${administrator.endpoint}/${ACCOUNT.id}/${LOST_EVENTS}` };
  stacks.addStack('slipway-test', { parameters: { RepositoryPrefix: '', SecretPrefix: 'slipway/' }, outputs });
  const table = openTable({ tableName: TABLE_NAME, client: new DynamoDBClient(administrator) });
  const [sfn, ecr] = [new SFNClient(administrator), new ECRClient(administrator)];
  const { accessKeyId, secretAccessKey } = administrator.credentials;
  const env = { AWS_ENDPOINT_URL: administrator.endpoint, AWS_REGION: ACCOUNT.region, AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
  return {
    services: createServiceStore(table),
    targets: createTargetStore(table),
    records: createRecordStore(table),
    slipway: (...args) => runSlipway([...args, '--stage', 'test'], { env }),
    async execute(name, input) {
      const ended = new Promise<void>((resolve) => states.watch(({ executionArn, status }) => executionArn === `${EXECUTION}:${name}` && status !== 'RUNNING' && resolve()));
      states.startExecution(STATE_MACHINE, JSON.stringify(input), name);
      await ended;
      return `${EXECUTION}:${name}`;
    },
    async inputs() {
      const { executions = [] } = await sfn.send(new ListExecutionsCommand({ stateMachineArn: STATE_MACHINE }));
      return Promise.all(executions.map(async ({ executionArn }) => JSON.parse((await sfn.send(new DescribeExecutionCommand({ executionArn }))).input ?? '') as unknown));
    },
    async push(repositoryName, tag) {
      await ecr.send(new CreateRepositoryCommand({ repositoryName })).catch(() => undefined);
      const image = anImage(tag);
      await pushImage(ecr, repositoryName, image, tag);
      return image.digest;
    },
    lose: (body, attributes = {}) => queues.sendFromRule(lostEvents, RULE, { body, attributes: { RULE_ARN: RULE, TARGET_ARN: STATE_MACHINE, ...attributes } }),
    lost: () => queues.messages(lostEvents).map(({ body }) => body),
    answer: (answers) => {
      functions = answers;
    },
    async close() {
      await aws.close();
      await dynamodb.stop();
    },
  };
}

const LOST_EVENTS = 'slipway-test-lost-events';
const RULE = `arn:aws:events:${ACCOUNT.region}:${ACCOUNT.id}:rule/slipway-test-image-pushed`;

/** A queue that takes what a rule can't deliver, and its ARN. */
function openLostEvents(queues: Queues): string {
  const { arn } = queues.createQueue({ QueueName: LOST_EVENTS });
  const statement = { Effect: 'Allow', Principal: { Service: 'events.amazonaws.com' }, Action: 'sqs:SendMessage', Resource: arn };
  queues.setPolicy(arn, { Version: '2012-10-17', Statement: [statement] });
  return arn;
}

function task(name: string, rest: object): object {
  const Arguments = { FunctionName: `arn:aws:lambda:${ACCOUNT.region}:${ACCOUNT.id}:function:${name}`, Payload: {} };
  return { Type: 'Task', Resource: 'arn:aws:states:::lambda:invoke', Arguments, Output: '{% $states.result.Payload %}', ...rest };
}

const DEFINITION = {
  QueryLanguage: 'JSONata',
  StartAt: 'ResolveRelease',
  States: { ResolveRelease: task('ResolveRelease', { Assign: { targets: [] }, Next: 'ConcludeRelease' }), ConcludeRelease: task('ConcludeRelease', { End: true }) },
};
