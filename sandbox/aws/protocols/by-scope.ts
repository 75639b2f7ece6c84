import { jsonProtocol } from './json.ts';
import type { HttpRequest, Protocol } from './protocol.ts';
import { queryProtocol } from './query.ts';
import { signedUrlProtocol } from './signed-url.ts';
import { restProtocol, type Route } from './rest.ts';

const DESCRIBE_CLUSTER: Route = {
  operation: 'DescribeCluster',
  method: 'GET',
  path: /^\/clusters\/(?<name>[^/]+)$/,
  readInput: ({ name }) => ({ name }),
  writeOutput: (output) => ({ status: 200, headers: {}, body: JSON.stringify(output) }),
};

/** The protocol of each service, by the name that its clients sign for: what the SDKs were seen to send. */
export const PROTOCOLS: Readonly<Record<string, Protocol>> = {
  cloudformation: queryProtocol('2010-05-15', 'http://cloudformation.amazonaws.com/doc/2010-05-15/'),
  codecommit: jsonProtocol('1.1', 'CodeCommit_20150413'),
  dynamodb: jsonProtocol('1.0', 'DynamoDB_20120810'),
  ecr: jsonProtocol('1.1', 'AmazonEC2ContainerRegistry_V20150921'),
  eks: restProtocol([DESCRIBE_CLUSTER]),
  events: jsonProtocol('1.1', 'AWSEvents'),
  secretsmanager: jsonProtocol('1.1', 'secretsmanager'),
  sqs: jsonProtocol('1.0', 'AmazonSQS'),
  states: jsonProtocol('1.0', 'AWSStepFunctions'),
  sts: queryProtocol('2011-06-15', 'https://sts.amazonaws.com/doc/2011-06-15/'),
};

/** How a cluster asks STS who made a token. */
const SIGNED_URL = signedUrlProtocol('2011-06-15');

/**
 * The protocol to answer in. Who signed for a service that the sandbox does not have is told so in a form that its client reads: XML when
 * it sent a form or asks S3, JSON otherwise.
 */
export function protocolOf(scope: string, { method, headers }: HttpRequest): Protocol {
  if (scope === 'sts' && method === 'GET') return SIGNED_URL;
  const readsXml = scope === 's3' || /^application\/x-www-form-urlencoded/.test(headers['content-type'] ?? '');
  return PROTOCOLS[scope] ?? (readsXml ? queryProtocol('', '') : jsonProtocol('1.0', ''));
}
