import { CreateRepositoryCommand, ECRClient } from '@aws-sdk/client-ecr';
import { DescribeExecutionCommand, ListExecutionsCommand, type SFNClient } from '@aws-sdk/client-sfn';
import { createEcr } from '../../sandbox/aws/ecr/ecr.ts';
import { AwsError } from '../../sandbox/aws/service.ts';
import type { FunctionAnswer } from '../../sandbox/aws/states/lambda-task.ts';
import type { States } from '../../sandbox/aws/states/service.ts';
import { createQueues, type Queues } from '../../sandbox/aws/sqs/queues.ts';
import { createSts } from '../../sandbox/aws/sts/sts.ts';
import { createRecordStore } from '../../src/adapters/dynamodb/record-store.ts';
import { createServiceStore } from '../../src/adapters/dynamodb/service-store.ts';
import { createTargetStore } from '../../src/adapters/dynamodb/target-store.ts';
import type { RecordStore, ServiceStore, TargetStore } from '../../src/ports/deployment-store.ts';
import { ACCOUNT } from './aws.ts';
import { type CommandStack, EXECUTION, startCommandStack, STATE_MACHINE } from './command-stack.ts';
import { anImage, pushImage } from './push-image.ts';

export { EXECUTION } from './command-stack.ts';

/** The functions by the states that call them. */
export type Functions = Readonly<Record<string, () => FunctionAnswer>>;

/** What an operator's commands need besides: ECR, a dead-letter queue, and a state machine of two states, whose functions answer as a test says. */
export type OperatedStack = Pick<CommandStack, 'slipway' | 'slipwayProcess' | 'close'> & {
  readonly services: ServiceStore;
  readonly targets: TargetStore;
  readonly records: RecordStore;
  /** Starts an execution under a name, and resolves when it has ended. */
  execute(name: string, input: object): Promise<string>;
  /** Inputs of all executions, the newest first. */
  inputs(): Promise<readonly unknown[]>;
  /** Has AWS refuse to start executions with such an input. */
  refuse(refused: (input: unknown) => boolean): void;
  /** Pushes an image whose content is its tag, and returns its digest. */
  push(repository: string, tag: string): Promise<string>;
  /** Leaves a message in the dead-letter queue, as EventBridge does for an event that it can't deliver. */
  lose(body: string, attributes?: Readonly<Record<string, string>>): void;
  /** Bodies of what is in the dead-letter queue. */
  lost(): readonly string[];
  answer(functions: Functions): void;
};

export async function startOperatedStack(): Promise<OperatedStack> {
  let functions: Functions = {};
  let refused: (input: unknown) => boolean = () => false;
  const queues = createQueues(ACCOUNT);
  const lostEvents = openLostEvents(queues);
  const stack = await startCommandStack({
    definition: DEFINITION,
    invoke: async ({ functionArn }) => functions[functionArn.split(':').at(-1) ?? '']?.() ?? { payload: {} },
    services: [queues.service, createSts(), createEcr({ account: ACCOUNT, publish: () => undefined, now: Date.now })],
    beforeStart(input) {
      if (refused(input)) throw new AwsError('ExecutionLimitExceeded', 'The maximum number of running executions has been reached.');
    },
  });
  const { aws, table, sfn, states, slipway, slipwayProcess, close } = stack;
  stack.describe({ LostEventsUrl: `${aws.administrator.endpoint}/${ACCOUNT.id}/${LOST_EVENTS}` });
  const ecr = new ECRClient(aws.administrator);
  return {
    services: createServiceStore(table),
    targets: createTargetStore(table),
    records: createRecordStore(table),
    slipway,
    slipwayProcess,
    close,
    execute: (name, input) => execute(states, name, input),
    inputs: () => inputs(sfn),
    refuse: (which) => {
      refused = which;
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
  };
}

async function execute(states: States, name: string, input: object): Promise<string> {
  const ended = new Promise<void>((resolve) => states.watch(({ executionArn, status }) => executionArn === `${EXECUTION}:${name}` && status !== 'RUNNING' && resolve()));
  states.startExecution(STATE_MACHINE, JSON.stringify(input), name);
  await ended;
  return `${EXECUTION}:${name}`;
}

async function inputs(sfn: SFNClient): Promise<readonly unknown[]> {
  const { executions = [] } = await sfn.send(new ListExecutionsCommand({ stateMachineArn: STATE_MACHINE }));
  return Promise.all(executions.map(async ({ executionArn }) => JSON.parse((await sfn.send(new DescribeExecutionCommand({ executionArn }))).input ?? '') as unknown));
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
