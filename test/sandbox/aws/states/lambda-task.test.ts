import { describe, expect, it } from 'vitest';
import { type FunctionAnswer, type InvokeFunction, lambdaTask } from '../../../../sandbox/aws/states/lambda-task.ts';
import type { Json } from '../../../../sandbox/aws/states/engine/json.ts';
import { FUNCTION } from './states-world.ts';

const ROLE = 'arn:aws:iam::111122223333:role/flow';
const signal = new AbortController().signal;

const request = (args: Json) => ({ resource: 'arn:aws:states:::lambda:invoke', arguments: args, signal });
const answering = (answer: FunctionAnswer): InvokeFunction => async () => answer;

describe('lambdaTask', () => {
  it('invokes the function with the payload, for the role of the state machine', async () => {
    const calls: unknown[] = [];
    const invoke: InvokeFunction = async (call) => {
      calls.push(call);
      return { payload: { done: true } };
    };
    const result = await lambdaTask(invoke, ROLE)(request({ FunctionName: FUNCTION, Payload: { n: 1 } }));
    expect(calls).toEqual([{ functionArn: FUNCTION, payload: { n: 1 }, roleArn: ROLE, signal }]);
    expect(result).toEqual({ ExecutedVersion: '$LATEST', Payload: { done: true }, StatusCode: 200 });
  });

  it('invokes with an empty object when there is no Payload', async () => {
    const echo: InvokeFunction = async ({ payload }) => ({ payload });
    expect(await lambdaTask(echo, ROLE)(request({ FunctionName: FUNCTION }))).toMatchObject({ Payload: {} });
  });

  it.each(['UnavailableError', 'Sandbox.Timedout', 'Lambda.Unknown'])('fails with the type of a function error: %s', async (errorType) => {
    const invoke = answering({ functionError: 'Unhandled', errorType, errorMessage: 'no answer' });
    await expect(lambdaTask(invoke, ROLE)(request({ FunctionName: FUNCTION }))).rejects.toMatchObject({
      name: errorType,
      message: `{"errorType":"${errorType}","errorMessage":"no answer","trace":[]}`,
    });
  });

  it('passes on an error of Lambda itself', async () => {
    const refused = Object.assign(new Error('Rate Exceeded.'), { name: 'Lambda.TooManyRequestsException' });
    await expect(lambdaTask(() => Promise.reject(refused), ROLE)(request({ FunctionName: FUNCTION }))).rejects.toBe(refused);
  });

  it.each([
    ['an argument that it does not act on', { FunctionName: FUNCTION, InvocationType: 'Event' }, 'InvocationType'],
    ['a function that is not named by its ARN', { FunctionName: 'work' }, 'FunctionName'],
    ['no function', {}, 'FunctionName'],
  ])('refuses by name %s', async (_, args, name) => {
    await expect(lambdaTask(answering({ payload: null }), ROLE)(request(args))).rejects.toThrow(name);
  });
});
