import { deployStack, type Stack } from '../cloudformation/deploy-stack.ts';
import { readPackagedStack, type Template } from '../cloudformation/template.ts';
import { type CloudFormation, createCloudFormation } from './cloudformation/cloudformation.ts';
import { type CodeCommit, createCodeCommit } from './codecommit/codecommit.ts';
import { type DynamoDb, startDynamoDb } from './dynamodb/dynamodb.ts';
import { createEcr } from './ecr/ecr.ts';
import { createEks, type Eks } from './eks/eks.ts';
import { type AwsEndpoint, startEndpoint } from './endpoint.ts';
import type { EventCarrier } from './eventbridge/event.ts';
import { createEventBridge, type EventBridge } from './eventbridge/event-bridge.ts';
import { createIam, type Credentials, type Iam } from './iam/iam.ts';
import { createLambda, type InvocationRecord, type Lambda } from './lambda/lambda.ts';
import { createSecretsManager, type SecretsManager } from './secretsmanager/secrets-manager.ts';
import { type AwsAccount, AwsError, type AwsService } from './service.ts';
import { createQueues, type Queues } from './sqs/queues.ts';
import { realClock } from './states/engine/clock.ts';
import { StatesError } from './states/engine/errors.ts';
import type { FunctionAnswer, InvokeFunction } from './states/lambda-task.ts';
import { createStates, type States } from './states/service.ts';
import { createSts } from './sts/sts.ts';

export type AwsOptions = {
  readonly account: AwsAccount;
  /** Hears of each invocation that ended, with its log. */
  readonly onInvocation?: (record: InvocationRecord) => void;
  /** In [0, 1), for what AWS leaves to chance: the jitter of retries. */
  readonly random?: () => number;
  /** Carries ECR's events, which are best effort; without it each is published once. */
  readonly carryEvent?: EventCarrier;
};

/** The AWS of the sandbox: its services as far as something in the world reaches into them past their APIs. */
export type Aws = {
  readonly account: AwsAccount;
  readonly endpointUrl: string;
  /** Keys of a user who may do everything. */
  readonly administrator: Credentials;
  readonly codecommit: CodeCommit;
  readonly ecr: AwsService;
  readonly eks: Eks;
  readonly events: EventBridge;
  readonly iam: Iam;
  readonly lambda: Lambda;
  readonly queues: Queues;
  readonly secrets: SecretsManager;
  readonly states: States;
  /** Deploys what `serverless package` left in a folder. */
  deploy(folder: string, stackName: string, parameters?: Readonly<Record<string, string>>, edit?: (template: Template) => Template): Promise<Stack>;
  stop(): Promise<void>;
};

type Services = Omit<Aws, 'account' | 'endpointUrl' | 'administrator' | 'iam' | 'deploy' | 'stop'> & { readonly tables: DynamoDb; readonly stacks: CloudFormation };

/** Starts an account with nothing in it. */
export async function startAws({ account, onInvocation, random = Math.random, carryEvent = carryAtOnce }: AwsOptions): Promise<Aws> {
  const iam = createIam(account);
  const endpoint = await startEndpoint({ account, iam });
  const services = await startServices({ account, iam, endpoint, onInvocation, random, carryEvent });
  const { codecommit, ecr, eks, events, lambda, queues, secrets, states, tables, stacks } = services;
  for (const service of [codecommit, ecr, eks.service, events, queues.service, secrets, states.service, tables, stacks, createSts()]) endpoint.add(service);
  return {
    account,
    iam,
    endpointUrl: endpoint.url,
    administrator: iam.createAdministrator('operator'),
    codecommit,
    ecr,
    eks,
    events,
    lambda,
    queues,
    secrets,
    states,
    async deploy(folder, stackName, parameters = {}, edit = (template) => template) {
      const packaged = await readPackagedStack(folder);
      const template = edit(packaged.template);
      const target = stackTarget(services, iam);
      const stack = await deployStack({ ...packaged, template }, { stackName, account, parameters, target });
      const defaults = Object.entries(template.Parameters).map(([name, { Default = '' }]) => [name, Default] as const);
      stacks.addStack(stackName, { parameters: { ...Object.fromEntries(defaults), ...parameters }, outputs: stack.outputs });
      return stack;
    },
    async stop() {
      events.stop();
      await Promise.all([lambda.close(), endpoint.close(), tables.stop()]);
    },
  };
}

type Foundation = { readonly account: AwsAccount; readonly iam: Iam; readonly endpoint: AwsEndpoint; readonly onInvocation: AwsOptions['onInvocation']; readonly random: () => number; readonly carryEvent: EventCarrier };

async function startServices({ account, iam, endpoint, onInvocation, random, carryEvent }: Foundation): Promise<Services> {
  const queues = createQueues(account, { endpointUrl: endpoint.url });
  const lambda = createLambda({ account, iam, endpointUrl: endpoint.url, ...(onInvocation && { onInvocation }) });
  const states = createStates({ account, clock: realClock, random, invoke: invokeAs(iam, lambda) });
  const events = createEventBridge({
    account,
    clock: realClock,
    random,
    async startExecution({ stateMachineArn, roleArn, input }) {
      iam.authorize(iam.assumeRole(roleArn, 'events.amazonaws.com', 'rule'), { action: 'states:StartExecution', resource: stateMachineArn });
      states.startExecution(stateMachineArn, input);
    },
    invokeFunction: async (call) => void (await lambda.invokeFromRule(call)),
    sendToQueue: (arn, ruleArn, message) => queues.sendFromRule(arn, ruleArn, message),
    onError: (error) => {
      throw error;
    },
  });
  return {
    events,
    lambda,
    queues,
    states,
    codecommit: createCodeCommit(events.publish),
    ecr: createEcr({ account, publish: (event) => carryEvent(event, events.publish), now: Date.now }),
    eks: createEks(account, iam),
    secrets: createSecretsManager({ account, now: Date.now }),
    tables: await startDynamoDb({ account }),
    stacks: createCloudFormation(account),
  };
}

const carryAtOnce: EventCarrier = (event, publish) => publish(event);

/** Calls a function as the state machine's role, and names refusals as a state machine sees them. */
function invokeAs(iam: Iam, lambda: Lambda): InvokeFunction {
  return async ({ functionArn, payload, roleArn, signal }): Promise<FunctionAnswer> => {
    try {
      const caller = iam.assumeRole(roleArn, 'states.amazonaws.com', 'execution');
      const result = await lambda.invoke({ functionArn, payload: JSON.stringify(payload), caller, signal });
      if (result.error !== null) return { functionError: 'Unhandled', errorType: result.error.errorType, errorMessage: result.error.errorMessage };
      return { payload: JSON.parse(result.payload) as unknown };
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      const name = ['ResourceNotFoundException', 'TooManyRequestsException'].includes(error.code) ? error.code : 'AWSLambdaException';
      throw new StatesError(`Lambda.${name}`, error.message);
    }
  };
}

function stackTarget({ lambda, states, tables, events, queues }: Services, iam: Iam): Parameters<typeof deployStack>[1]['target'] {
  return {
    createRole: (role) => iam.createRole(role),
    createFunction: (definition) => lambda.createFunction(definition),
    createFunctionUrl: (functionArn, authType) => lambda.createUrl(functionArn, authType),
    allowAnyone: (functionArn, action) => lambda.allowAnyone(functionArn, action),
    allowRule: (functionArn, ruleArn) => lambda.allowRule(functionArn, ruleArn),
    createStateMachine: (definition) => states.createStateMachine(definition),
    createTable: (properties) => tables.createTable(properties),
    createRule: (properties) => events.putRule(properties),
    createQueue: (properties) => queues.createQueue(properties),
    setQueuePolicy: (arn, document) => queues.setPolicy(arn, document),
  };
}
