import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { z } from 'zod';
import { closeServer, listenOnLoopback } from '../../loopback.ts';
import { authenticate, scopeOf } from '../authenticate.ts';
import { readRequest } from '../endpoint.ts';
import type { Iam } from '../iam/iam.ts';
import type { HttpRequest, HttpResponse } from '../protocols/protocol.ts';
import { type AwsAccount, AwsError, type Principal } from '../service.ts';
import type { Invocation, InvocationResult } from './lambda.ts';

export type FunctionUrl = { readonly url: string; close(): Promise<void> };

export type FunctionUrlOptions = {
  readonly account: AwsAccount;
  readonly iam: Pick<Iam, 'signer' | 'authorize'>;
  readonly functionArn: string;
  readonly invoke: (invocation: Invocation) => Promise<InvocationResult>;
  /** Of a URL with AuthType NONE: nobody is asked who they are, and the function's own policy decides whether they may. */
  readonly anybody?: {
    readonly mayCall: () => boolean;
    readonly invoke: (invocation: Omit<Invocation, 'caller'>) => Promise<InvocationResult>;
  };
};

/**
 * The URL of a function, on a free loopback port. With AuthType AWS_IAM who calls must have signed for `lambda`, and be allowed both
 * `lambda:InvokeFunctionUrl` and `lambda:InvokeFunction`; with NONE the function's policy must allow both to everybody (Lambda developer
 * guide: Control access to function URLs).
 */
export async function startFunctionUrl(options: FunctionUrlOptions): Promise<FunctionUrl> {
  const server = createServer((incoming, outgoing) => {
    const respond = async (): Promise<void> => {
      const { status, headers, body } = await answer(await readRequest(incoming), options);
      outgoing.writeHead(status, headers).end(body);
    };
    // A request that breaks off while it is read has nobody left to answer.
    respond().catch(() => outgoing.destroy());
  });
  return { url: `http://${await listenOnLoopback(server)}/`, close: () => closeServer(server) };
}

async function answer(request: HttpRequest, options: FunctionUrlOptions): Promise<HttpResponse> {
  const { account, iam, functionArn, invoke, anybody } = options;
  try {
    if (anybody !== undefined) return await answerAnybody(request, anybody, options);
    const scope = scopeOf(request);
    if (scope !== null && scope !== 'lambda') throw new AwsError('InvalidSignatureException', `Credential should be scoped to correct service: 'lambda', not '${scope}'.`, 403);
    const caller = authenticate(request, account.region, iam, Date.now());
    iam.authorize(caller, { action: 'lambda:InvokeFunctionUrl', resource: functionArn });
    const result = await invoke({ functionArn, payload: JSON.stringify(eventOf(request, caller, account)), caller });
    return answerOf(result);
  } catch (error) {
    return error instanceof AwsError ? message(error.status, error.message) : message(502, 'Internal Server Error');
  }
}

async function answerAnybody(request: HttpRequest, { mayCall, invoke }: NonNullable<FunctionUrlOptions['anybody']>, { functionArn, account }: FunctionUrlOptions): Promise<HttpResponse> {
  if (!mayCall()) return message(403, 'Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html');
  return answerOf(await invoke({ functionArn, payload: JSON.stringify(eventOf(request, null, account)) }));
}

function answerOf({ error, payload }: InvocationResult): HttpResponse {
  return error === null ? responseOf(payload) : message(502, 'Internal Server Error');
}

/** Payload format version 2.0 (Lambda developer guide: Invoking function URLs). */
function eventOf({ method, path, query, headers, body }: HttpRequest, caller: Principal | null, account: AwsAccount): object {
  const host = headers.host ?? '';
  const isText = /^(?:application\/json|text\/)/.test(headers['content-type'] ?? '');
  const now = new Date();
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: query.toString(),
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])),
    ...(query.size > 0 && { queryStringParameters: Object.fromEntries(query) }),
    requestContext: {
      accountId: caller === null ? 'anonymous' : account.id,
      apiId: host,
      ...(caller !== null && { authentication: null, authorizer: authorizerOf(caller, account) }),
      domainName: host,
      http: { method, path, protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: headers['user-agent'] ?? '' },
      requestId: randomUUID(),
      routeKey: '$default',
      stage: '$default',
      time: now.toUTCString(),
      timeEpoch: now.getTime(),
    },
    ...(body.length > 0 && { body: body.toString(isText ? 'utf8' : 'base64') }),
    isBase64Encoded: body.length > 0 && !isText,
  };
}

function authorizerOf({ arn: userArn, userId }: Principal, { id: accountId }: AwsAccount): object {
  return { iam: { accountId, callerId: userId, cognitoIdentity: null, principalOrgId: null, userArn, userId } };
}

const Response = z.strictObject({
  statusCode: z.int(),
  headers: z.record(z.string(), z.string()).default({}),
  body: z.string().default(''),
  isBase64Encoded: z.literal(false).optional(),
});

/** What a function returns: a response, or any other value as JSON. */
function responseOf(payload: string): HttpResponse {
  const value: unknown = JSON.parse(payload);
  const isResponse = typeof value === 'object' && value !== null && 'statusCode' in value;
  if (!isResponse) return { status: 200, headers: { 'content-type': 'application/json' }, body: payload };
  const read = Response.safeParse(value);
  if (!read.success) return message(502, `The sandbox does not know this response of the function: ${z.prettifyError(read.error)}`);
  const { statusCode, headers, body } = read.data;
  return { status: statusCode, headers: { 'content-type': 'application/json', ...headers }, body };
}

function message(status: number, text: string): HttpResponse {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ Message: text }) };
}
