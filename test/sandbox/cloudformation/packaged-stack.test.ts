import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { unzipSync } from 'fflate';
import { beforeAll, describe, expect, it } from 'vitest';
import { deployStack, type Stack } from '../../../sandbox/cloudformation/deploy-stack.ts';
import { type PackagedStack, readPackagedStack } from '../../../sandbox/cloudformation/template.ts';
import type { FunctionDefinition } from '../../../sandbox/aws/lambda/lambda.ts';
import { account, aRecordingTarget, type Creation } from './a-stack.ts';

const folder = fileURLToPath(new URL('../../../.serverless', import.meta.url));

let packaged: PackagedStack;
let stack: Stack;
const created: Creation[] = [];

beforeAll(async () => {
  if (!existsSync(folder)) throw new Error('There is no packaged stack: run `npm run package` first.');
  packaged = await readPackagedStack(folder);
  stack = await deployStack(packaged, { stackName: 'slipway-sandbox', account, target: aRecordingTarget(created) });
});

const functions = (): FunctionDefinition[] => created.filter(([method]) => method === 'createFunction').map(([, definition]) => definition as FunctionDefinition);

describe('the packaged stack', () => {
  it('is deployed whole, with policies that can be evaluated', () => {
    const unconditional = Object.entries(packaged.template.Resources).filter(([, { Condition }]) => Condition === undefined);
    expect([...stack.resources.keys()].sort()).toEqual(unconditional.map(([name]) => name).sort());
    expect(stack.outputs['StateMachineArn']).toBe('arn:aws:states:eu-central-1:111122223333:stateMachine:slipway-sandbox-deploy');
  });

  it('has functions whose packages hold their handler', () => {
    expect(functions().length).toBeGreaterThan(0);
    for (const { handler, zip } of functions()) expect(Object.keys(unzipSync(zip))).toContain(`${handler.replace(/\.[^.]+$/, '')}.cjs`);
  });

  it('has a state machine that names its functions, but for those that a person, Git hosts and a schedule call', () => {
    const [, machine] = created.find(([method]) => method === 'createStateMachine') ?? [];
    const definition = JSON.stringify(machine);
    const named = functions().filter(({ name }) => definition.includes(`:function:${name}"`));
    const others = functions().filter((definition) => !named.includes(definition)).map(({ name }) => name);
    expect(named.length).toBeGreaterThan(9);
    expect(others.sort()).toEqual(['slipway-sandbox-answer-approval', 'slipway-sandbox-resume-pull-requests', 'slipway-sandbox-sweep-releases']);
  });

  it('opens a URL for answers to approvals, lets the schedule call the sweep, and tells both addresses that the CLI needs', () => {
    const arn = (name: string) => `arn:aws:lambda:eu-central-1:111122223333:function:slipway-sandbox-${name}`;
    expect(created.filter(([method]) => method === 'createFunctionUrl' || method === 'allowRule')).toEqual(
      expect.arrayContaining([
        ['createFunctionUrl', arn('answer-approval'), 'AWS_IAM'],
        ['allowRule', arn('sweep-releases'), 'arn:aws:events:eu-central-1:111122223333:rule/slipway-sandbox-sweep-due'],
      ]),
    );
    expect(stack.outputs).toMatchObject({ ApprovalUrl: 'http://127.0.0.1:1/', LostEventsUrl: 'https://sqs.test/111122223333/slipway-sandbox-lost-events' });
  });

  it('opens nothing to the public, unless it is given a secret for webhooks', async () => {
    const isPublic = ([method, , authType]: Creation) => method === 'allowAnyone' || authType === 'NONE';
    expect(created.filter(isPublic)).toEqual([]);
    const open: Creation[] = [];
    const { outputs } = await deployStack(packaged, { stackName: 'slipway-sandbox', account, parameters: { WebhookSecret: 'slipway/webhook' }, target: aRecordingTarget(open) });
    expect(open.filter(isPublic)).toHaveLength(3);
    expect(outputs).toMatchObject({ WebhookUrl: 'http://127.0.0.1:1/' });
  });

  it('gives each function a role of its own, but for the two that enter clusters', () => {
    const roles = functions().map(({ roleArn }) => roleArn);
    expect(new Set(roles).size).toBe(roles.length - 1);
  });
});
