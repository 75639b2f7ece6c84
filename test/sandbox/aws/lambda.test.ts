import { strToU8, zipSync } from 'fflate';
import { afterAll, describe, expect, it } from 'vitest';
import { createIam } from '../../../sandbox/aws/iam/iam.ts';
import { createLambda, type InvocationRecord } from '../../../sandbox/aws/lambda/lambda.ts';
import { aRole } from './a-role.ts';

const account = { id: '111122223333', region: 'eu-central-1' };
const iam = createIam(account);
const functionRole = iam.createRole(aRole({ name: 'function', actions: ['logs:CreateLogStream', 'logs:PutLogEvents'] })).arn;
const silentRole = iam.createRole(aRole({ name: 'silent' })).arn;
const stranger = iam.assumeRole(functionRole, 'lambda.amazonaws.com', 's');
const states = iam.createRole(aRole({ name: 'states', actions: ['lambda:InvokeFunction'], service: 'states.amazonaws.com' })).arn;
const caller = iam.assumeRole(states, 'states.amazonaws.com', 's');

const records: InvocationRecord[] = [];
const lambda = createLambda({ account, iam, endpointUrl: 'http://127.0.0.1:1', onInvocation: (record) => records.push(record) });
afterAll(() => lambda.close());

let made = 0;

/** A function whose handler has this body; `event` and `context` are in its scope. */
async function aFunction(body: string, options: { before?: string; timeoutSeconds?: number; environment?: Record<string, string>; handler?: string; roleArn?: string } = {}) {
  const { roleArn = functionRole, before = '', timeoutSeconds = 20, environment = {}, handler = 'functions/f/handler.handler' } = options;
  const source = `${before}\nexport async function handler(event, context) { ${body} }`;
  const zip = zipSync({ 'functions/f/handler.mjs': strToU8(source) });
  return lambda.createFunction({ name: `f${++made}`, roleArn, zip, handler, environment, timeoutSeconds, memoryMb: 128 });
}

const invoke = (functionArn: string, event: unknown = {}, signal?: AbortSignal) =>
  lambda.invoke({ functionArn, payload: JSON.stringify(event), caller, ...(signal && { signal }) });

const lastRecord = (): InvocationRecord => {
  const record = records.at(-1);
  if (record === undefined) throw new Error('No invocation was recorded.');
  return record;
};

describe('an invocation', () => {
  it('leaves no log when the role may not write one', async () => {
    const arn = await aFunction("console.log('begun'); return 1", { roleArn: silentRole });
    expect((await invoke(arn)).payload).toBe('1');
    expect(lastRecord().log).toBe('');
  });

  it('hands the event and a context to the handler and returns its result', async () => {
    const arn = await aFunction('return { event, name: context.functionName, arn: context.invokedFunctionArn, id: context.awsRequestId, left: context.getRemainingTimeInMillis() }');
    const { payload, error, requestId } = await invoke(arn, { a: 1 });
    const { left, ...rest } = JSON.parse(payload) as { left: number };
    expect(error).toBeNull();
    expect(rest).toEqual({ event: { a: 1 }, name: arn.split(':').at(-1), arn, id: requestId });
    expect(left).toBeGreaterThan(10_000);
    expect(left).toBeLessThanOrEqual(20_000);
  });

  it('sees the environment of its function and of its role, and nothing else', async () => {
    const arn = await aFunction('return process.env', { environment: { TABLE_NAME: 'slipway' } });
    const env = JSON.parse((await invoke(arn)).payload) as Record<string, string>;
    expect(env).toMatchObject({ TABLE_NAME: 'slipway', AWS_REGION: 'eu-central-1', AWS_ENDPOINT_URL: 'http://127.0.0.1:1' });
    expect(Object.keys(env).filter((name) => !/^(AWS_|_HANDLER$|TABLE_NAME$)/.test(name))).toEqual([]);
    expect(iam.signer(env['AWS_ACCESS_KEY_ID'] ?? '')?.principal.roleArn).toBe(functionRole);
  });

  it('is recorded with what it wrote and with its cold start', async () => {
    const arn = await aFunction('console.log("one", event.n); console.error("two"); return null', { before: 'console.log("loading")' });
    await invoke(arn, { n: 1 });
    expect(lastRecord()).toMatchObject({ log: expect.stringMatching(/loading\n[^]*one 1\n/) as string, coldStart: expect.any(Number) as number });
    expect(lastRecord().log).toContain('two\n');
    await invoke(arn, { n: 2 });
    expect(lastRecord()).toMatchObject({ log: expect.stringMatching(/^(one 2\ntwo\n|two\none 2\n)$/) as string, coldStart: null });
  });

  it('returns null for undefined', async () => {
    expect((await invoke(await aFunction(''))).payload).toBe('null');
  });
});

describe('workers', () => {
  it('are kept warm and serve one invocation at a time', async () => {
    const arn = await aFunction('calls += 1; await new Promise((resolve) => setTimeout(resolve, event.wait)); return calls', { before: 'let calls = 0;' });
    const counts = async (...waits: number[]) => (await Promise.all(waits.map((wait) => invoke(arn, { wait })))).map(({ payload }) => Number(payload));
    expect(await counts(0)).toEqual([1]);
    expect(await counts(0)).toEqual([2]);
    expect((await counts(50, 50)).sort()).toEqual([1, 3]);
    expect((await counts(0)).every((count) => count > 1)).toBe(true);
  });

  it('that crashed are replaced', async () => {
    const arn = await aFunction('calls += 1; if (event.exit) process.exit(3); return calls', { before: 'let calls = 0;' });
    await invoke(arn);
    const { error, requestId } = await invoke(arn, { exit: true });
    expect(error).toEqual({ errorType: 'Runtime.ExitError', errorMessage: `RequestId: ${requestId} Error: Runtime exited with error: exit status 3` });
    expect((await invoke(arn)).payload).toBe('1');
  });
});

describe('a failed invocation', () => {
  it('carries the name and message of what the handler threw', async () => {
    const arn = await aFunction('throw Object.assign(new Error("the head moved"), { name: "ConflictError" })');
    const { payload, error } = await invoke(arn);
    expect(error).toMatchObject({ errorType: 'ConflictError', errorMessage: 'the head moved' });
    expect(JSON.parse(payload)).toMatchObject({ errorType: 'ConflictError', errorMessage: 'the head moved', trace: expect.any(Array) as string[] });
  });

  it('is a timeout when the handler is not done in time, even in a loop', async () => {
    const arn = await aFunction('console.log("begun"); if (event.loop) for (;;); return new Promise((resolve) => setTimeout(resolve, 60000))', { timeoutSeconds: 0.25 });
    for (const loop of [false, true]) {
      const { error, requestId } = await invoke(arn, { loop });
      expect(error).toEqual({ errorType: 'Sandbox.Timedout', errorMessage: `RequestId: ${requestId} Error: Task timed out after 0.25 seconds` });
    }
    expect(lastRecord().log).toContain('begun');
  });

  it('is an exit when the runtime is killed', async () => {
    const arn = await aFunction('console.log("running"); return new Promise((resolve) => setTimeout(resolve, 60000))');
    const running = invoke(arn);
    const [name = ''] = arn.split(':').slice(-1);
    expect(lambda.kill(name)).toBe(1);
    expect((await running).error).toMatchObject({ errorType: 'Runtime.ExitError', errorMessage: expect.stringMatching(/signal: killed$/) as string });
    expect(lambda.kill(name)).toBe(0);
  });

  it('names an error that nobody caught', async () => {
    const arn = await aFunction('setTimeout(() => { throw new RangeError("too far") }); return new Promise((resolve) => setTimeout(resolve, 60000))');
    expect((await invoke(arn)).error).toMatchObject({ errorType: 'RangeError', errorMessage: 'too far' });
  });

  it('says that the module cannot be loaded or lacks the handler', async () => {
    const broken = await aFunction('', { before: "import 'not-in-the-bundle';" });
    expect((await invoke(broken)).error).toMatchObject({ errorMessage: expect.stringContaining("Cannot find package 'not-in-the-bundle'") as string });
    const missing = await aFunction('', { handler: 'functions/f/handler.main' });
    expect((await invoke(missing)).error).toMatchObject({ errorType: 'Runtime.HandlerNotFound' });
    await expect(aFunction('', { handler: 'functions/g/handler.handler' })).rejects.toThrow('The package holds no module for handler functions/g/handler.handler.');
  });

  it('is one whose result is larger than 6 MB', async () => {
    expect((await invoke(await aFunction('return "x".repeat(7 * 1024 * 1024)'))).error).toMatchObject({ errorType: 'Function.ResponseSizeTooLarge' });
  });
});

describe('invoke', () => {
  it('rejects with the reason of the signal, and ends the worker', async () => {
    const arn = await aFunction('calls += 1; if (event.wait) await new Promise((resolve) => setTimeout(resolve, 60000)); return calls', { before: 'let calls = 0;' });
    await invoke(arn);
    const aborting = new AbortController();
    const running = invoke(arn, { wait: true }, aborting.signal);
    aborting.abort(new Error('stopped'));
    await expect(running).rejects.toThrow('stopped');
    expect((await invoke(arn)).payload).toBe('1');
  });

  it('is refused to a caller whose policies do not allow it', async () => {
    const functionArn = await aFunction('');
    await expect(lambda.invoke({ functionArn, payload: '{}', caller: stranger })).rejects.toThrow(
      `User: ${stranger.arn} is not authorized to perform: lambda:InvokeFunction on resource: ${functionArn} because no identity-based policy allows`,
    );
  });

  it('is open to a rule that the function lets in, and to no other', async () => {
    const functionArn = await aFunction('return event');
    const rule = (name: string) => `arn:aws:events:${account.region}:${account.id}:rule/${name}`;
    lambda.allowRule(functionArn, rule('sweep-due'));
    expect((await lambda.invokeFromRule({ functionArn, ruleArn: rule('sweep-due'), payload: '{"a":1}' })).payload).toBe('{"a":1}');
    await expect(lambda.invokeFromRule({ functionArn, ruleArn: rule('other'), payload: '{}' })).rejects.toThrow(
      `events.amazonaws.com is not authorized to perform: lambda:InvokeFunction on resource: ${functionArn} because no resource-based policy allows it for ${rule('other')}`,
    );
  });

  it('refuses an unknown function, a payload over 6 MB, and a role that Lambda may not assume', async () => {
    await expect(invoke(`arn:aws:lambda:eu-central-1:${account.id}:function:none`)).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
    await expect(invoke(await aFunction(''), 'x'.repeat(6 * 1024 * 1024))).rejects.toMatchObject({ code: 'RequestTooLargeException' });
    const definition = { name: 'g', roleArn: states, zip: zipSync({ 'h.mjs': strToU8('') }), handler: 'h.handler', environment: {}, timeoutSeconds: 1, memoryMb: 128 };
    await expect(lambda.createFunction(definition)).rejects.toThrow('lambda.amazonaws.com is not authorized to assume role');
  });
});
