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
    expect([...stack.resources.keys()].sort()).toEqual(Object.keys(packaged.template.Resources).sort());
    expect(stack.outputs['StateMachineArn']).toBe('arn:aws:states:eu-central-1:111122223333:stateMachine:slipway-sandbox-deploy');
  });

  it('has functions whose packages hold their handler', () => {
    expect(functions().length).toBeGreaterThan(0);
    for (const { handler, zip } of functions()) expect(Object.keys(unzipSync(zip))).toContain(`${handler.replace(/\.[^.]+$/, '')}.mjs`);
  });

  it('has a state machine that names its functions', () => {
    const [, machine] = created.find(([method]) => method === 'createStateMachine') ?? [];
    const definition = JSON.stringify(machine);
    for (const { name } of functions()) expect(definition).toContain(`:function:${name}"`);
  });

  it('gives each function a role of its own, but for the two that enter clusters', () => {
    const roles = functions().map(({ roleArn }) => roleArn);
    expect(new Set(roles).size).toBe(roles.length - 1);
  });
});
