import { Sha256 } from '@aws-crypto/sha256-js';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { DescribeClusterCommand, EKSClient } from '@aws-sdk/client-eks';
import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { SignatureV4 } from '@smithy/signature-v4';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEks } from '../../../sandbox/aws/eks/eks.ts';
import { type AwsEndpoint, startEndpoint } from '../../../sandbox/aws/endpoint.ts';
import { createIam, type Credentials } from '../../../sandbox/aws/iam/iam.ts';
import { AwsError, type AwsService, type Json } from '../../../sandbox/aws/service.ts';
import { createSts } from '../../../sandbox/aws/sts/sts.ts';
import { aRole } from './a-role.ts';

const account = { id: '111122223333', region: 'eu-central-1' };
const region = account.region;
const machine = `arn:aws:states:${region}:${account.id}:stateMachine:slipway`;

const iam = createIam(account);
const administrator = iam.createAdministrator('operator');
const role = iam.createRole(aRole({ name: 'starter', actions: ['states:DescribeExecution'] }));
const starter = iam.credentialsFor(role.arn, 'lambda.amazonaws.com', 'starter');

const states: AwsService = {
  scope: 'states',
  operations: {
    StartExecution: {
      needs: (input: Json) => [{ action: 'states:StartExecution', resource: (input as { stateMachineArn: string }).stateMachineArn }],
      run: async (input: Json, { caller }) => ({ executionArn: `${(input as { stateMachineArn: string }).stateMachineArn} by ${caller.arn}`, startDate: 0 }),
    },
    DescribeExecution: {
      needs: () => [],
      run: async () => {
        throw new AwsError('ExecutionDoesNotExist', 'Execution Does Not Exist: x');
      },
    },
  },
};

let endpoint: AwsEndpoint;
beforeAll(async () => {
  endpoint = await startEndpoint({ account, iam });
  const eks = createEks(account, iam);
  eks.addCluster({ name: 'dev', endpoint: 'https://127.0.0.1:1', caPem: 'PEM' });
  for (const service of [states, createSts(), eks.service]) endpoint.add(service);
});
afterAll(() => endpoint.close());

const config = (credentials: Credentials) => ({ endpoint: endpoint.url, region, credentials, maxAttempts: 1 });

describe('the AWS endpoint', () => {
  it('runs a JSON operation as the principal whose keys signed it', async () => {
    const { executionArn } = await new SFNClient(config(administrator)).send(new StartExecutionCommand({ stateMachineArn: machine }));
    expect(executionArn).toBe(`${machine} by arn:aws:iam::111122223333:user/operator`);
  });

  it('refuses in the words of AWS what the role of the caller does not allow', async () => {
    const call = new SFNClient(config(starter)).send(new StartExecutionCommand({ stateMachineArn: machine }));
    await expect(call).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message:
        `User: arn:aws:sts::111122223333:assumed-role/starter/starter is not authorized to perform: states:StartExecution on resource: ${machine} ` +
        'because no identity-based policy allows the states:StartExecution action',
    });
  });

  it('surfaces the error of a service as the class that the SDK has for it', async () => {
    const call = new SFNClient(config(starter)).send(new DescribeExecutionCommand({ executionArn: 'x' }));
    await expect(call).rejects.toMatchObject({ name: 'ExecutionDoesNotExist', $metadata: { httpStatusCode: 400 } });
  });

  it('answers the query protocol in XML', async () => {
    const { Arn, Account } = await new STSClient(config(starter)).send(new GetCallerIdentityCommand({}));
    expect({ Arn, Account }).toEqual({ Arn: 'arn:aws:sts::111122223333:assumed-role/starter/starter', Account: '111122223333' });
  });

  it('finds a REST operation by its path, and denies it with 403', async () => {
    const found = await new EKSClient(config(administrator)).send(new DescribeClusterCommand({ name: 'dev' }));
    expect(found.cluster).toMatchObject({ endpoint: 'https://127.0.0.1:1', certificateAuthority: { data: 'UEVN' } });
    const missing = new EKSClient(config(administrator)).send(new DescribeClusterCommand({ name: 'prod' }));
    await expect(missing).rejects.toMatchObject({ name: 'ResourceNotFoundException', message: 'No cluster found for name: prod.' });
    const denied = new EKSClient(config(starter)).send(new DescribeClusterCommand({ name: 'dev' }));
    await expect(denied).rejects.toMatchObject({ name: 'AccessDeniedException', $metadata: { httpStatusCode: 403 } });
  });

  it('refuses by name a service or an operation that it does not run', async () => {
    const service = new DynamoDBClient(config(administrator)).send(new GetItemCommand({ TableName: 't', Key: {} }));
    await expect(service).rejects.toMatchObject({ name: 'UnknownOperationException', message: /service dynamodb: it runs states, sts, eks/ });
    const operation = new STSClient(config(administrator)).send(new AssumeRoleCommand({ RoleArn: role.arn.padEnd(20), RoleSessionName: 'x' }));
    await expect(operation).rejects.toMatchObject({ name: 'InvalidAction', message: 'The sandbox does not know operation AssumeRole of sts.' });
  });

  it.each([
    ['iam', 'application/x-www-form-urlencoded; charset=utf-8', '<Code>InvalidAction</Code><Message>The sandbox does not know service iam'],
    ['s3', 'application/octet-stream', '<Code>InvalidAction</Code><Message>The sandbox does not know service s3'],
    ['lambda', 'application/json', '"message":"The sandbox does not know service lambda'],
  ])('refuses service %s in a form that its clients read', async (service, contentType, refusal) => {
    const url = new URL(endpoint.url);
    const signer = new SignatureV4({ service, region, credentials: administrator, sha256: Sha256 });
    const headers = { host: url.host, 'content-type': contentType };
    const signed = await signer.sign({ method: 'POST', protocol: 'http:', hostname: url.hostname, port: Number(url.port), path: '/', headers, body: 'Action=ListRoles' });
    expect(await (await fetch(url, { method: 'POST', headers: signed.headers, body: 'Action=ListRoles' })).text()).toContain(refusal);
  });

  it.each([
    ['a secret that is not the key\'s', { ...starter, secretAccessKey: 'wrong' }, 'InvalidSignatureException'],
    ['a key that was never given out', { ...starter, accessKeyId: 'ASIAUNKNOWN' }, 'UnrecognizedClientException'],
    ['a session token of another key', { ...starter, sessionToken: 'other' }, 'UnrecognizedClientException'],
  ])('refuses %s', async (_case, credentials, name) => {
    const call = new SFNClient(config(credentials)).send(new StartExecutionCommand({ stateMachineArn: machine }));
    await expect(call).rejects.toMatchObject({ name });
  });

  it('refuses a request that is signed for another region', async () => {
    const call = new SFNClient({ ...config(administrator), region: 'us-east-1' }).send(new StartExecutionCommand({ stateMachineArn: machine }));
    await expect(call).rejects.toMatchObject({ name: 'InvalidSignatureException', message: /the sandbox runs eu-central-1, not us-east-1/ });
  });

  it('refuses a request that nobody signed', async () => {
    const response = await fetch(endpoint.url, { method: 'POST' });
    expect(await response.json()).toEqual({ __type: 'MissingAuthenticationTokenException', message: 'Missing Authentication Token' });
  });
});

describe('a signature', () => {
  const signer = new SignatureV4({ service: 'states', region, credentials: administrator, sha256: Sha256 });
  const sign = (query: Record<string, string>, path = '/') => {
    const headers = { host: new URL(endpoint.url).host, 'x-amz-target': 'AWSStepFunctions.StartExecution', 'x-odd': '  two   spaces ' };
    return signer.sign({ method: 'POST', protocol: 'http:', hostname: '127.0.0.1', path, query, headers, body: '{"stateMachineArn":"m"}' });
  };
  const send = async (headers: Record<string, string>, target = '/', body = '{"stateMachineArn":"m"}') =>
    (await fetch(endpoint.url + target, { method: 'POST', headers, body })).status;

  it('covers a path and a query with characters that are encoded', async () => {
    const { headers } = await sign({ 'b-c': '1', b: 'a b*(', a: 'ü' }, '/a%3Ab/c');
    expect(await send(headers, '/a%3Ab/c?b-c=1&b=a%20b*(&a=%C3%BC')).toBe(200);
    expect(await send(headers, '/a%3Ab/c?b-c=2&b=a%20b*(&a=%C3%BC')).toBe(400);
    expect(await send(headers, '/a%3Ab/d?b-c=1&b=a%20b*(&a=%C3%BC')).toBe(400);
  });

  it('covers the body', async () => {
    const { headers } = await sign({});
    expect(await send(headers)).toBe(200);
    expect(await send(headers, '/', '{"stateMachineArn":"n"}')).toBe(400);
  });

  it('expires after five minutes', async () => {
    const late = await startEndpoint({ account, iam, now: () => Date.now() + 5 * 60_000 + 1000 });
    const call = new SFNClient({ ...config(administrator), endpoint: late.url }).send(new StartExecutionCommand({ stateMachineArn: machine }));
    await expect(call).rejects.toMatchObject({ name: 'InvalidSignatureException', message: /^Signature expired/ });
    await late.close();
  });
});
