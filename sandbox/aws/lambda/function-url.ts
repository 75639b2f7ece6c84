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
};

/**
 * The URL of a function with AuthType AWS_IAM, on a free loopback port: who calls must have signed for `lambda`, and be allowed both
 * `lambda:InvokeFunctionUrl` and `lambda:InvokeFunction` (Lambda developer guide: Control access to function URLs).
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

async function answer(request: HttpRequest, { account, iam, functionArn, invoke }: FunctionUrlOptions): Promise<HttpResponse> {
  try {
    const scope = scopeOf(request);
    if (scope !== null && scope !== 'lambda') throw new AwsError('InvalidSignatureException', `Credential should be scoped to correct service: 'lambda', not '${scope}'.`, 403);
    const caller = authenticate(request, account.region, iam, Date.now());
    iam.authorize(caller, { action: 'lambda:InvokeFunctionUrl', resource: functionArn });
    const result = await invoke({ functionArn, payload: JSON.stringify(eventOf(request, caller, account)), caller });
    return result.error === null ? responseOf(result.payload) : message(502, 'Internal Server Error');
  } catch (error) {
    return error instanceof AwsError ? message(error.status, error.message) : message(502, 'Internal Server Error');
  }
}

/** Payload format version 2.0 (Lambda developer guide: Invoking function URLs). */
function eventOf({ method, path, query, headers, body }: HttpRequest, caller: Principal, account: AwsAccount): object {
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
      accountId: account.id,
      apiId: host,
      authentication: null,
      authorizer: { iam: { accountId: account.id, callerId: caller.userId, cognitoIdentity: null, principalOrgId: null, userArn: caller.arn, userId: caller.userId } },
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
