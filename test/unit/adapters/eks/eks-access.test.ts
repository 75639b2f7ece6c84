import { EKSClient } from '@aws-sdk/client-eks';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { createEksAccess } from '../../../../src/adapters/eks/eks-access.ts';
import { ForbiddenError, NotFoundError, RefusedError } from '../../../../src/domain/errors.ts';

const CLUSTER = { name: 'dev-eu', region: 'eu-central-1' };
const CA = '-----BEGIN CERTIFICATE-----\nabc\n-----END CERTIFICATE-----\n';
const FOUND = { cluster: { name: 'dev-eu', endpoint: 'https://abc.eks.amazonaws.com', certificateAuthority: { data: Buffer.from(CA).toString('base64') } } };

let server: Server;
let answers: { readonly status: number; readonly type?: string; readonly body: unknown }[];
let paths: string[];

beforeEach(async () => {
  paths = [];
  server = createServer(({ url = '' }, response) => {
    paths.push(url);
    const { status, type, body } = answers.shift() ?? { status: 500, body: {} };
    response.writeHead(status, { 'content-type': 'application/json', ...(type === undefined ? {} : { 'x-amzn-errortype': type }) }).end(JSON.stringify(body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterEach(() => server.close());

function access() {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server listens on no port.');
  const endpoint = `http://127.0.0.1:${address.port}`;
  const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'not-a-secret' };
  return createEksAccess({ client: (region) => new EKSClient({ region, endpoint, credentials, maxAttempts: 1 }), now: () => '2026-01-02T03:04:05.000Z' });
}

describe('createEksAccess', () => {
  it('finds the endpoint and the CA of a cluster, once', async () => {
    answers = [{ status: 200, body: FOUND }];
    const eks = access();
    const wanted = { server: 'https://abc.eks.amazonaws.com', ca: CA };
    expect(await Promise.all([eks.endpoint(CLUSTER), eks.endpoint(CLUSTER)])).toEqual([wanted, wanted]);
    expect(await eks.endpoint(CLUSTER)).toEqual(wanted);
    expect(paths).toEqual(['/clusters/dev-eu']);
  });

  it('asks again after a failure', async () => {
    answers = [{ status: 403, type: 'AccessDeniedException', body: { message: 'not authorized to perform eks:DescribeCluster' } }, { status: 200, body: FOUND }];
    const eks = access();
    await expect(eks.endpoint(CLUSTER)).rejects.toThrow(ForbiddenError);
    expect(await eks.endpoint(CLUSTER)).toHaveProperty('ca', CA);
  });

  it('names the cluster that does not exist, and what to set', async () => {
    answers = [{ status: 404, type: 'ResourceNotFoundException', body: { message: 'No cluster found for name: dev-eu.' } }];
    const missing = access().endpoint(CLUSTER);
    await expect(missing).rejects.toThrow(NotFoundError);
    await expect(missing).rejects.toThrow(/describe EKS cluster dev-eu in eu-central-1.*No cluster found.*set the target's cluster/);
  });

  it('says that a cluster without an endpoint, as one that is being created, cannot be used', async () => {
    answers = [{ status: 200, body: { cluster: { name: 'dev-eu', status: 'CREATING' } } }];
    await expect(access().endpoint(CLUSTER)).rejects.toThrow(RefusedError);
  });

  it("signs tokens with the client's credentials", async () => {
    const token = await access().token(CLUSTER);
    const url = new URL(Buffer.from(token.slice('k8s-aws-v1.'.length), 'base64url').toString());
    expect(url.searchParams.get('X-Amz-Credential')).toBe('AKIDEXAMPLE/20260102/eu-central-1/sts/aws4_request');
  });
});
