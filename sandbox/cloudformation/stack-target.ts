import type { RoleDefinition } from '../aws/iam/iam.ts';
import type { FunctionDefinition } from '../aws/lambda/lambda.ts';

export type StateMachineDefinition = {
  readonly name: string;
  readonly roleArn: string;
  /** Amazon States Language with its substitutions made. */
  readonly definition: unknown;
};

/** As the template gives them, evaluated; the service refuses what it does not know. */
export type Properties = Readonly<Record<string, unknown>>;

/** Where a stack is deployed to: what the services of the sandbox can create. Each throws an AwsError for what it does not know. */
export type StackTarget = {
  createRole(role: RoleDefinition): { readonly arn: string; readonly roleId: string };
  /** Returns the ARN, as do the others that return a text. */
  createFunction(definition: FunctionDefinition): Promise<string>;
  /** Gives a function its URL, and returns that. With `NONE` nobody is asked who they are. */
  createFunctionUrl(functionArn: string, authType: 'AWS_IAM' | 'NONE'): Promise<string>;
  /** Lets anybody do that to a function. */
  allowAnyone(functionArn: string, action: 'lambda:InvokeFunctionUrl' | 'lambda:InvokeFunction'): void;
  /** Lets a rule call a function. */
  allowRule(functionArn: string, ruleArn: string): void;
  createStateMachine(definition: StateMachineDefinition): Promise<string> | string;
  /** Takes the properties of an AWS::DynamoDB::Table. */
  createTable(properties: Properties): Promise<string>;
  /** Takes the properties of an AWS::Events::Rule. */
  createRule(properties: Properties): string;
  /** Takes the properties of an AWS::SQS::Queue. */
  createQueue(properties: Properties): { readonly name: string; readonly arn: string; readonly url: string };
  setQueuePolicy(queueArn: string, document: unknown): void;
};
