import { z } from 'zod';
import { type AwsAccount, AwsError } from '../aws/service.ts';
import { parseShape } from '../aws/shape.ts';
import { RECORDED_TYPES, recordedProperties } from './recorded.ts';
import type { Properties, StackTarget } from './stack-target.ts';
import { substituteDefinition } from './substitute-definition.ts';

/** One resource, its properties evaluated. */
export type Resource = { readonly logicalId: string; readonly type: string; readonly properties: Properties };

/** What others see of a deployed resource: `Ref` gives `ref`, `Fn::GetAtt` one of the attributes. */
export type Deployed = { readonly ref: string; readonly attributes: Readonly<Record<string, string>> };

export type DeployPorts = {
  readonly account: AwsAccount;
  readonly stackName: string;
  readonly target: StackTarget;
  readonly readArtifact: (key: string) => Promise<Uint8Array>;
};

type Deploy = (resource: Resource, ports: DeployPorts) => Promise<Deployed>;

/** How each type of resource is deployed. Physical names are the template's own: a stack that lacks one is refused. */
const RESOURCE_TYPES: Readonly<Record<string, Deploy>> = {
  'AWS::DynamoDB::Table': deployTable,
  'AWS::Events::Rule': deployRule,
  'AWS::IAM::Role': deployRole,
  'AWS::Lambda::Function': deployFunction,
  'AWS::Lambda::Permission': deployPermission,
  'AWS::Lambda::Url': deployUrl,
  'AWS::SQS::Queue': deployQueue,
  'AWS::SQS::QueuePolicy': deployQueuePolicy,
  'AWS::StepFunctions::StateMachine': deployStateMachine,
  ...Object.fromEntries(Object.keys(RECORDED_TYPES).map((type) => [type, record])),
};

/** @throws AwsError naming the resource and what the sandbox does not know of it */
export async function deployResource(resource: Resource, ports: DeployPorts): Promise<Deployed> {
  const deploy = Object.hasOwn(RESOURCE_TYPES, resource.type) ? RESOURCE_TYPES[resource.type] : undefined;
  if (deploy === undefined) throw new AwsError('ValidationError', `Resource ${resource.logicalId}: the sandbox does not know type ${resource.type}`);
  try {
    return await deploy(resource, ports);
  } catch (error) {
    if (!(error instanceof AwsError) || error.message.startsWith(ownerOf(resource))) throw error;
    throw new AwsError(error.code, `${ownerOf(resource)}: ${error.message}`, error.status);
  }
}

function ownerOf({ logicalId, type }: Resource): string {
  return `Resource ${logicalId} (${type})`;
}

function propertiesOf<T>(schema: z.ZodType<T>, resource: Resource): T {
  return parseShape(schema, resource.properties, ownerOf(resource));
}

const RoleProperties = z.strictObject({
  RoleName: z.string(),
  AssumeRolePolicyDocument: z.unknown(),
  Policies: z.array(z.strictObject({ PolicyName: z.string(), PolicyDocument: z.unknown() })).default([]),
  ...recordedProperties('AWS::IAM::Role'),
});

async function deployRole(resource: Resource, { target }: DeployPorts): Promise<Deployed> {
  const { RoleName, AssumeRolePolicyDocument, Policies } = propertiesOf(RoleProperties, resource);
  const policies = Policies.map(({ PolicyName, PolicyDocument }) => ({ name: PolicyName, document: PolicyDocument }));
  const { arn, roleId } = target.createRole({ name: RoleName, trust: AssumeRolePolicyDocument, policies });
  return { ref: RoleName, attributes: { Arn: arn, RoleId: roleId } };
}

const FunctionProperties = z.strictObject({
  FunctionName: z.string(),
  Code: z.strictObject({ S3Bucket: z.string(), S3Key: z.string() }),
  Handler: z.string(),
  Runtime: z.literal('nodejs24.x'),
  Role: z.string(),
  Environment: z.strictObject({ Variables: z.record(z.string(), z.string()) }).default({ Variables: {} }),
  Timeout: z.number().default(3),
  MemorySize: z.number().default(128),
  ...recordedProperties('AWS::Lambda::Function'),
});

async function deployFunction(resource: Resource, { target, readArtifact }: DeployPorts): Promise<Deployed> {
  const { FunctionName, Code, Handler, Role, Environment, Timeout, MemorySize } = propertiesOf(FunctionProperties, resource);
  const arn = await target.createFunction({
    name: FunctionName,
    roleArn: Role,
    zip: await readArtifact(Code.S3Key),
    handler: Handler,
    environment: Environment.Variables,
    timeoutSeconds: Timeout,
    memoryMb: MemorySize,
  });
  return { ref: FunctionName, attributes: { Arn: arn } };
}

const UrlProperties = z.strictObject({ TargetFunctionArn: z.string(), AuthType: z.enum(['AWS_IAM', 'NONE']) });

async function deployUrl(resource: Resource, { target }: DeployPorts): Promise<Deployed> {
  const { TargetFunctionArn, AuthType } = propertiesOf(UrlProperties, resource);
  return { ref: TargetFunctionArn, attributes: { FunctionArn: TargetFunctionArn, FunctionUrl: await target.createFunctionUrl(TargetFunctionArn, AuthType) } };
}

const FunctionArn = z.string().startsWith('arn:aws:lambda:');
const RulePermission = z.strictObject({
  FunctionName: FunctionArn,
  Action: z.literal('lambda:InvokeFunction'),
  Principal: z.literal('events.amazonaws.com'),
  SourceArn: z.string().startsWith('arn:aws:events:'),
});

/** Calling a URL takes both: `lambda:InvokeFunctionUrl`, and by way of it `lambda:InvokeFunction`. */
const PublicPermission = z.discriminatedUnion('Action', [
  z.strictObject({ FunctionName: FunctionArn, Principal: z.literal('*'), Action: z.literal('lambda:InvokeFunctionUrl'), FunctionUrlAuthType: z.literal('NONE') }),
  z.strictObject({ FunctionName: FunctionArn, Principal: z.literal('*'), Action: z.literal('lambda:InvokeFunction'), InvokedViaFunctionUrl: z.literal(true) }),
]);

async function deployPermission(resource: Resource, { target }: DeployPorts): Promise<Deployed> {
  if (resource.properties['Principal'] === '*') {
    const { FunctionName, Action } = propertiesOf(PublicPermission, resource);
    target.allowAnyone(FunctionName, Action);
  } else {
    const { FunctionName, SourceArn } = propertiesOf(RulePermission, resource);
    target.allowRule(FunctionName, SourceArn);
  }
  return { ref: resource.logicalId, attributes: {} };
}

const StateMachineProperties = z.strictObject({
  StateMachineName: z.string(),
  StateMachineType: z.literal('STANDARD'),
  RoleArn: z.string(),
  Definition: z.record(z.string(), z.unknown()),
  DefinitionSubstitutions: z.record(z.string(), z.string()).default({}),
});

async function deployStateMachine(resource: Resource, { target }: DeployPorts): Promise<Deployed> {
  const { StateMachineName, RoleArn, Definition, DefinitionSubstitutions } = propertiesOf(StateMachineProperties, resource);
  const definition = substituteDefinition(Definition, DefinitionSubstitutions);
  const arn = await target.createStateMachine({ name: StateMachineName, roleArn: RoleArn, definition });
  return { ref: arn, attributes: { Arn: arn, Name: StateMachineName } };
}

async function deployTable(resource: Resource, { target }: DeployPorts): Promise<Deployed> {
  const { TableName } = propertiesOf(z.looseObject({ TableName: z.string() }), resource);
  return { ref: TableName, attributes: { Arn: await target.createTable(resource.properties) } };
}

async function deployRule(resource: Resource, { target }: DeployPorts): Promise<Deployed> {
  const { Name } = propertiesOf(z.looseObject({ Name: z.string() }), resource);
  return { ref: Name, attributes: { Arn: target.createRule(resource.properties) } };
}

async function deployQueue(resource: Resource, { target }: DeployPorts): Promise<Deployed> {
  const { name, arn, url } = target.createQueue(resource.properties);
  return { ref: url, attributes: { Arn: arn, QueueName: name, QueueUrl: url } };
}

const QueuePolicyProperties = z.strictObject({ Queues: z.array(z.string()).min(1), PolicyDocument: z.unknown() });

/** Names its queues by URL, whose last part is the name. */
async function deployQueuePolicy(resource: Resource, { target, account }: DeployPorts): Promise<Deployed> {
  const { Queues, PolicyDocument } = propertiesOf(QueuePolicyProperties, resource);
  for (const url of Queues) target.setQueuePolicy(`arn:aws:sqs:${account.region}:${account.id}:${url.slice(url.lastIndexOf('/') + 1)}`, PolicyDocument);
  return { ref: resource.logicalId, attributes: {} };
}

async function record(resource: Resource, { stackName }: DeployPorts): Promise<Deployed> {
  const { name, properties = [] } = RECORDED_TYPES[resource.type] ?? {};
  const known = propertiesOf(z.strictObject(Object.fromEntries(properties.map((property) => [property, z.unknown().optional()]))), resource);
  const given = name === undefined ? undefined : known[name];
  return { ref: typeof given === 'string' ? given : `${stackName}-${resource.logicalId}`.toLowerCase(), attributes: {} };
}
