import { createRequire } from 'node:module';
import type { Server } from 'node:http';
import { z } from 'zod';
import { closeServer, listenOnLoopback } from '../../loopback.ts';
import { AwsError } from '../service.ts';

// dynalite has no types. Its tables become active at once instead of after half a second.
const dynalite = createRequire(import.meta.url)('dynalite') as (options: { readonly createTableMs: number }) => Server;

/** dynalite checks the form of a signature, never the signature: the endpoint has checked it before. */
const SIGNATURE_FORM = 'AWS4-HMAC-SHA256 Credential=sandbox/20260101/local/dynamodb/aws4_request, SignedHeaders=host, Signature=none';

export type DynamoDbEngine = {
  /** @throws AwsError in DynamoDB's words */
  call(operation: string, input: object): Promise<object>;
  stop(): Promise<void>;
};

/** Starts dynalite, in memory, on a free port of loopback. */
export async function startEngine(): Promise<DynamoDbEngine> {
  const server = dynalite({ createTableMs: 0 });
  const url = `http://${await listenOnLoopback(server)}/`;
  return {
    call: (operation, input) => post(url, operation, input),
    stop: () => closeServer(server),
  };
}

/** An error of DynamoDB on the wire: `com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException`. */
const Refusal = z.object({ __type: z.string(), message: z.string().optional(), Message: z.string().optional() });

async function post(url: string, operation: string, input: object): Promise<object> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `DynamoDB_20120810.${operation}`,
      'x-amz-date': '20260101T000000Z',
      authorization: SIGNATURE_FORM,
    },
    body: JSON.stringify(input),
  });
  const answer: unknown = await response.json();
  if (response.ok) return z.looseObject({}).parse(answer);
  const { __type, message, Message } = Refusal.parse(answer);
  const code = __type.replace(/^.*#/, '');
  throw new AwsError(code, message ?? Message ?? code, response.status);
}
