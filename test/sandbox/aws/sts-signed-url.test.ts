import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createIam } from '../../../sandbox/aws/iam/iam.ts';
import { type AwsEndpoint, startEndpoint } from '../../../sandbox/aws/endpoint.ts';
import { createSts } from '../../../sandbox/aws/sts/sts.ts';
import { eksToken } from '../../../src/adapters/eks/eks-token.ts';
import { aRole } from './a-role.ts';

const account = { id: '111122223333', region: 'eu-central-1' };
const iam = createIam(account);
const { arn } = iam.createRole(aRole({ name: 'reader' }));
const credentials = iam.credentialsFor(arn, 'lambda.amazonaws.com', 'reader');
const signedAt = Date.parse('2026-01-02T03:04:05Z');
let now = signedAt;
let endpoint: AwsEndpoint;

beforeAll(async () => {
  endpoint = await startEndpoint({ account, iam, now: () => now });
  endpoint.add(createSts());
});
afterAll(() => endpoint.close());

type Asked = { readonly clusterName?: string; readonly host?: string; readonly accept?: string; readonly at?: number };

/** Sends the URL inside a token as a cluster's verifier does: to another address, with the signed headers. */
async function ask({ clusterName = 'dev', host, accept = 'application/json', at = signedAt }: Asked = {}): Promise<{ readonly status: number | undefined; readonly body: unknown }> {
  now = at;
  const token = await eksToken({ cluster: 'dev', region: 'us-east-1', credentials, now: new Date(signedAt).toISOString() });
  const url = new URL(Buffer.from(token.slice('k8s-aws-v1.'.length), 'base64url').toString());
  const headers = { host: host ?? url.host, 'x-k8s-aws-id': clusterName, accept };
  return new Promise((resolve, reject) => {
    const asked = request(`${endpoint.url}/${url.search}`, { headers }, (response) => {
      text(response).then((body) => resolve({ status: response.statusCode, body: JSON.parse(body) as unknown }), reject);
    });
    asked.on('error', reject).end();
  });
}

describe('STS asked by a presigned URL', () => {
  it('says in JSON which role signed it, in any region', async () => {
    const identity = { Arn: 'arn:aws:sts::111122223333:assumed-role/reader/reader', Account: account.id };
    expect(await ask()).toMatchObject({ status: 200, body: { GetCallerIdentityResponse: { GetCallerIdentityResult: identity } } });
  });

  it.each<[string, Asked, string]>([
    ['signed for another cluster', { clusterName: 'prod' }, 'InvalidSignatureException'],
    ['sent to the host of another region', { host: 'sts.eu-central-1.amazonaws.com' }, 'InvalidSignatureException'],
    ['that is older than 15 minutes', { at: signedAt + 15 * 60_000 + 1 }, 'InvalidSignatureException'],
    ['from the future', { at: signedAt - 10 * 60_000 }, 'InvalidSignatureException'],
  ])('refuses one %s', async (_case, asked, code) => {
    expect(await ask(asked)).toMatchObject({ status: 403, body: { Error: { Code: code } } });
  });

  it('refuses by name to answer in XML', async () => {
    expect(await ask({ accept: 'text/xml' })).toMatchObject({ status: 404, body: { Error: { Message: expect.stringContaining('with Accept text/xml') as string } } });
  });
});
