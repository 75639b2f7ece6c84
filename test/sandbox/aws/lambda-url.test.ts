import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import { strToU8, zipSync } from 'fflate';
import { afterAll, describe, expect, it } from 'vitest';
import { createIam, type Credentials } from '../../../sandbox/aws/iam/iam.ts';
import { createLambda } from '../../../sandbox/aws/lambda/lambda.ts';
import { aRole } from './a-role.ts';

const account = { id: '111122223333', region: 'eu-central-1' };
const iam = createIam(account);
const administrator = iam.createAdministrator('operator');
const roleArn = iam.createRole(aRole({ name: 'function' })).arn;
const lambda = createLambda({ account, iam, endpointUrl: 'http://127.0.0.1:1' });
afterAll(() => lambda.close());

let made = 0;

/** The URL of a new function whose handler has this body. */
async function aUrl(body = 'return event'): Promise<string> {
  const zip = zipSync({ 'h.mjs': strToU8(`export async function handler(event) { ${body} }`) });
  const arn = await lambda.createFunction({ name: `answers-${++made}`, roleArn, zip, handler: 'h.handler', environment: {}, timeoutSeconds: 20, memoryMb: 128 });
  return lambda.createUrl(arn);
}

/** Keys of a role that may do that on every function. */
function keysFor(...actions: string[]): Credentials {
  const { arn } = iam.createRole(aRole({ name: `approver-${++made}`, actions }));
  return iam.credentialsFor(arn, 'lambda.amazonaws.com', 'ada');
}

type Call = { readonly keys?: Credentials; readonly service?: string; readonly region?: string; readonly path?: string; readonly body?: string; readonly type?: string };

/** A request as the CLI signs it. */
async function call(url: string, { keys = administrator, service = 'lambda', region = account.region, path = '/', body = '{"a":1}', type = 'application/json' }: Call = {}): Promise<{ status: number; body: unknown }> {
  const { host, hostname, port } = new URL(url);
  const signer = new SignatureV4({ service, region, credentials: keys, sha256: Sha256 });
  const headers = { host, 'content-type': type };
  const signed = await signer.sign({ method: 'POST', protocol: 'http:', hostname, port: Number(port), path, headers, body });
  const response = await fetch(new URL(path, url), { method: 'POST', headers: signed.headers, body });
  return { status: response.status, body: await response.json() };
}

describe('the URL of a function', () => {
  it('hands the request in payload format 2.0 to the function, with the caller as IAM knows it', async () => {
    const url = await aUrl();
    const { status, body } = await call(url, { path: '/answers' });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      version: '2.0',
      routeKey: '$default',
      rawPath: '/answers',
      rawQueryString: '',
      headers: { 'content-type': 'application/json', host: new URL(url).host },
      requestContext: {
        accountId: account.id,
        authorizer: { iam: { accountId: account.id, userArn: 'arn:aws:iam::111122223333:user/operator' } },
        http: { method: 'POST', path: '/answers' },
      },
      body: '{"a":1}',
      isBase64Encoded: false,
    });
  });

  it('names the session of an assumed role as the caller', async () => {
    const { body } = await call(await aUrl('return event.requestContext.authorizer.iam.userArn'), { keys: keysFor('lambda:InvokeFunctionUrl', 'lambda:InvokeFunction') });
    expect(body).toMatch(/^arn:aws:sts::111122223333:assumed-role\/approver-\d+\/ada$/);
  });

  it('hands a body that is no text in base64', async () => {
    const { body } = await call(await aUrl(), { type: 'application/octet-stream' });
    expect(body).toMatchObject({ body: Buffer.from('{"a":1}').toString('base64'), isBase64Encoded: true });
  });

  it('answers with the status, headers and body that the function returns', async () => {
    const url = await aUrl('return { statusCode: 404, body: JSON.stringify({ message: "nothing waits" }) }');
    expect(await call(url)).toEqual({ status: 404, body: { message: 'nothing waits' } });
  });

  it('answers 502 without a reason when the function fails, and with one for a response that the sandbox does not know', async () => {
    expect(await call(await aUrl('throw new Error("secret")'))).toEqual({ status: 502, body: { Message: 'Internal Server Error' } });
    const { status, body } = await call(await aUrl('return { statusCode: 200, cookies: ["a=b"] }'));
    expect([status, JSON.stringify(body)]).toEqual([502, expect.stringContaining('cookies')]);
  });

  it.each([
    ['without the right to the URL', ['lambda:InvokeFunction'], 'lambda:InvokeFunctionUrl'],
    ['without the right to the function', ['lambda:InvokeFunctionUrl'], 'lambda:InvokeFunction'],
  ])('refuses a caller %s', async (_, actions, missing) => {
    const { status, body } = await call(await aUrl(), { keys: keysFor(...actions) });
    expect([status, JSON.stringify(body)]).toEqual([403, expect.stringContaining(`is not authorized to perform: ${missing} on resource`)]);
  });

  it.each<[string, Call, string]>([
    ['a signature for another service', { service: 'execute-api' }, "Credential should be scoped to correct service: 'lambda', not 'execute-api'."],
    ['a signature for another region', { region: 'us-east-1' }, 'Credential should be scoped to a valid region'],
    ['a wrong secret', { keys: { ...administrator, secretAccessKey: 'made-up' } }, 'The request signature we calculated does not match'],
    ['keys that nobody gave out', { keys: { accessKeyId: 'AKIAUNKNOWN', secretAccessKey: 'made-up' } }, 'The security token included in the request is invalid.'],
  ])('refuses %s', async (_, options, reason) => {
    const { status, body } = await call(await aUrl(), options);
    expect([status, JSON.stringify(body)]).toEqual([403, expect.stringContaining(reason)]);
  });

  it('refuses a request that nobody signed', async () => {
    const response = await fetch(await aUrl(), { method: 'POST', body: '{}' });
    expect([response.status, await response.json()]).toEqual([403, { Message: 'Missing Authentication Token' }]);
  });

  it('is for everybody where it asks nobody who they are, and the function lets everybody do both', async () => {
    const zip = zipSync({ 'h.mjs': strToU8('export async function handler({ requestContext, body }) { return { authorizer: requestContext.authorizer ?? null, body } }') });
    const arn = await lambda.createFunction({ name: `answers-${++made}`, roleArn, zip, handler: 'h.handler', environment: {}, timeoutSeconds: 20, memoryMb: 128 });
    const url = await lambda.createUrl(arn, 'NONE');
    const send = async () => {
      const response = await fetch(url, { method: 'POST', body: '{"a":1}', headers: { 'content-type': 'application/json' } });
      return [response.status, await response.json()];
    };
    lambda.allowAnyone(arn, 'lambda:InvokeFunctionUrl');
    expect(await send()).toEqual([403, { Message: expect.stringMatching(/^Forbidden\./) as unknown }]);
    lambda.allowAnyone(arn, 'lambda:InvokeFunction');
    expect(await send()).toEqual([200, { authorizer: null, body: '{"a":1}' }]);
  });

  it('is one for each function that there is', async () => {
    const arn = `arn:aws:lambda:${account.region}:${account.id}:function:answers-${made}`;
    await expect(lambda.createUrl(`${arn}-none`)).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
    await aUrl();
    await expect(lambda.createUrl(`arn:aws:lambda:${account.region}:${account.id}:function:answers-${made}`)).rejects.toThrow('has a URL already.');
  });
});
