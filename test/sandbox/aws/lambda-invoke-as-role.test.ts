import { strToU8, zipSync } from 'fflate';
import { afterAll, expect, it } from 'vitest';
import { createIam } from '../../../sandbox/aws/iam/iam.ts';
import { invokeAsRole } from '../../../sandbox/aws/lambda/invoke-as-role.ts';
import { createLambda } from '../../../sandbox/aws/lambda/lambda.ts';
import { aRole } from './a-role.ts';

const account = { id: '111122223333', region: 'eu-central-1' };
const iam = createIam(account);
const functionRole = iam.createRole(aRole({ name: 'function' })).arn;
const machineRole = iam.createRole(aRole({ name: 'machine', service: 'states.amazonaws.com', actions: ['lambda:InvokeFunction'] })).arn;
const powerless = iam.createRole(aRole({ name: 'powerless', service: 'states.amazonaws.com' })).arn;

const lambda = createLambda({ account, iam, endpointUrl: 'http://127.0.0.1:1' });
afterAll(() => lambda.close());

const zip = zipSync({ 'f.mjs': strToU8('export const handler = (event) => { if (event.fail) throw new RangeError(event.fail); return { got: event } }') });
const functionArn = await lambda.createFunction({ name: 'f', roleArn: functionRole, zip, handler: 'f.handler', environment: {}, timeoutSeconds: 20, memoryMb: 128 });

const invoke = (roleArn: string, payload = {}, arn = functionArn) =>
  invokeAsRole(lambda, iam)({ functionArn: arn, payload, roleArn, signal: new AbortController().signal });

it('gives a task the value that its function returned', async () => {
  expect(await invoke(machineRole, { a: 1 })).toEqual({ payload: { got: { a: 1 } } });
});

it('gives a task the error that its function threw', async () => {
  expect(await invoke(machineRole, { fail: 'too far' })).toEqual({ functionError: 'Unhandled', errorType: 'RangeError', errorMessage: 'too far' });
});

it('names a refusal as Step Functions does', async () => {
  await expect(invoke(powerless)).rejects.toMatchObject({ name: 'Lambda.AWSLambdaException', message: /assumed-role\/powerless\/execution is not authorized to perform: lambda:InvokeFunction/ });
  await expect(invoke(functionRole)).rejects.toMatchObject({ name: 'Lambda.AWSLambdaException', message: /states.amazonaws.com is not authorized to assume role/ });
  await expect(invoke(machineRole, {}, `${functionArn}-2`)).rejects.toMatchObject({ name: 'Lambda.ResourceNotFoundException' });
});
