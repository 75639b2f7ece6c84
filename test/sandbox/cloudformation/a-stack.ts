import { createIam } from '../../../sandbox/aws/iam/iam.ts';
import { deployStack, type Stack } from '../../../sandbox/cloudformation/deploy-stack.ts';
import type { StackTarget } from '../../../sandbox/cloudformation/stack-target.ts';
import { parseTemplate } from '../../../sandbox/cloudformation/template.ts';

export const account = { id: '111122223333', region: 'eu-central-1' };

/** What was created, in order: the method and its arguments. */
export type Creation = readonly [method: keyof StackTarget, ...args: unknown[]];

/** A target with a real IAM that otherwise only notes what it is asked to create. */
export function aRecordingTarget(created: Creation[]): StackTarget {
  const iam = createIam(account);
  const arn = (service: string, name: unknown): string => `arn:aws:${service}:${account.region}:${account.id}:${String(name)}`;
  const note = <T>(result: T, ...creation: Creation): T => {
    created.push(creation);
    return result;
  };
  return {
    createRole: (role) => note(iam.createRole(role), 'createRole', role),
    createFunction: async (definition) => note(arn('lambda', `function:${definition.name}`), 'createFunction', definition),
    createFunctionUrl: async (functionArn, authType) => note('http://127.0.0.1:1/', 'createFunctionUrl', functionArn, authType),
    allowAnyone: (functionArn, action) => note(undefined, 'allowAnyone', functionArn, action),
    allowRule: (functionArn, ruleArn) => note(undefined, 'allowRule', functionArn, ruleArn),
    createStateMachine: (machine) => note(arn('states', `stateMachine:${machine.name}`), 'createStateMachine', machine),
    createTable: async (properties) => note(arn('dynamodb', `table/${String(properties['TableName'])}`), 'createTable', properties),
    createRule: (properties) => note(arn('events', `rule/${String(properties['Name'])}`), 'createRule', properties),
    createQueue: (properties) => {
      const name = String(properties['QueueName']);
      return note({ name, arn: arn('sqs', name), url: `https://sqs.test/${account.id}/${name}` }, 'createQueue', properties);
    },
    setQueuePolicy: (queueArn, document) => note(undefined, 'setQueuePolicy', queueArn, document),
  };
}

/** Deploys a template of these sections; zips hold the key that they were read under. */
export async function deploy(template: Record<string, unknown>, parameters: Record<string, string> = {}): Promise<{ stack: Stack; created: Creation[] }> {
  const created: Creation[] = [];
  const packaged = { template: parseTemplate(template), readArtifact: async (key: string) => Buffer.from(key) };
  const stack = await deployStack(packaged, { stackName: 'slipway-test', account, parameters, target: aRecordingTarget(created) });
  return { stack, created };
}

/** Resources by logical id, each given as its type and properties. */
export function resources(given: Readonly<Record<string, readonly [type: string, properties: Record<string, unknown>]>>): Record<string, unknown> {
  return { Resources: Object.fromEntries(Object.entries(given).map(([id, [Type, Properties]]) => [id, { Type, Properties }])) };
}
