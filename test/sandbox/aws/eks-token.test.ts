import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import { describe, expect, it } from 'vitest';
import { createEks } from '../../../sandbox/aws/eks/eks.ts';
import { authenticateEksToken } from '../../../sandbox/aws/eks/token.ts';
import { createIam } from '../../../sandbox/aws/iam/iam.ts';
import { aRole } from './a-role.ts';

const account = { id: '111122223333', region: 'eu-central-1' };
const iam = createIam(account);
const role = iam.createRole(aRole({ name: 'watcher' }));
const credentials = iam.credentialsFor(role.arn, 'lambda.amazonaws.com', 'watcher');
const now = Date.parse('2026-01-02T03:04:05Z');

type Parts = { cluster?: string; region?: string; host?: string; path?: string; query?: Record<string, string>; headers?: Record<string, string>; secret?: string; at?: number };

const encode = (text: string): string => encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);

async function aUrl(parts: Parts = {}): Promise<string> {
  const { cluster = 'dev', region = 'eu-central-1', host = `sts.${region}.amazonaws.com`, path = '/', at = now } = parts;
  const keys = { ...credentials, secretAccessKey: parts.secret ?? credentials.secretAccessKey };
  const signer = new SignatureV4({ service: 'sts', region, credentials: keys, sha256: Sha256 });
  const headers = parts.headers ?? { host, 'x-k8s-aws-id': cluster };
  const query = { Action: 'GetCallerIdentity', Version: '2011-06-15', ...parts.query };
  const signed = await signer.presign({ method: 'GET', protocol: 'https:', hostname: host, path, headers, query }, { expiresIn: 60, signingDate: new Date(at) });
  const pairs = Object.entries(signed.query ?? {}).map(([name, value]) => `${encode(name)}=${encode(String(value))}`);
  return `https://${host}${path}?${pairs.join('&')}`;
}

const aToken = (url: string): string => `k8s-aws-v1.${Buffer.from(url).toString('base64url')}`;
const verdict = (token: string, at = now) => authenticateEksToken(token, 'dev', iam, at);

describe('authenticateEksToken', () => {
  it('names the role behind a token', async () => {
    expect(verdict(aToken(await aUrl()))).toMatchObject({ principal: { roleArn: role.arn, arn: 'arn:aws:sts::111122223333:assumed-role/watcher/watcher' } });
  });

  it('accepts a regional endpoint other than the cluster\'s', async () => {
    expect(verdict(aToken(await aUrl({ region: 'us-east-1' })))).toHaveProperty('principal');
  });

  it('lets a token live 15 minutes, whatever X-Amz-Expires says', async () => {
    const token = aToken(await aUrl());
    expect(verdict(token, now + 15 * 60_000)).toHaveProperty('principal');
    expect(verdict(token, now + 15 * 60_000 + 1)).toEqual({ refused: 'token is expired' });
  });

  it.each<[string, Parts, string]>([
    ['of another cluster', { cluster: 'prod' }, 'signature does not match for cluster dev'],
    ['signed with another secret', { secret: 'x' }, 'signature does not match for cluster dev'],
    ['with another signed header', { headers: { host: 'sts.eu-central-1.amazonaws.com', 'x-k8s-aws-id': 'dev', 'x-odd': '1' } }, 'signature does not match for cluster dev'],
    ['without the cluster among the signed headers', { headers: { host: 'sts.eu-central-1.amazonaws.com' } }, 'header x-k8s-aws-id is not signed'],
    ['for a host that is not STS', { host: 'sts.eu-central-1.amazonaws.com.evil.test' }, 'sts.eu-central-1.amazonaws.com.evil.test is not a regional host of STS'],
    ['with a path', { path: '/x' }, 'URL has path /x, not /'],
    ['for another action', { query: { Action: 'AssumeRole' } }, 'query parameter Action is not GetCallerIdentity'],
    ['with a parameter that is not allowed', { query: { RoleArn: 'x' } }, 'query parameter RoleArn is not allowed'],
    ['signed in the future', { at: now + 10 * 60_000 }, 'token is signed in the future'],
    ['signed for a region that is not the host\'s', { region: 'us-east-1', host: 'sts.eu-central-1.amazonaws.com' }, 'credential scope is not STS in the region of sts.eu-central-1.amazonaws.com'],
  ])('refuses a token %s', async (_case, parts, refused) => {
    expect(verdict(aToken(await aUrl(parts)))).toEqual({ refused });
  });

  it.each<[string, (url: string) => string, string]>([
    ['without its prefix', (url) => aToken(url).slice(4), 'token does not begin with k8s-aws-v1.'],
    ['with padding', (url) => `${aToken(url)}=`, 'token is not base64url without padding'],
    ['over plain http', (url) => aToken(url.replace('https', 'http')), 'URL has protocol http:, not https:'],
    ['with a parameter twice', (url) => aToken(`${url}&Action=GetCallerIdentity`), 'query parameter Action is repeated'],
    ['that is too long', (url) => aToken(url + 'x'.repeat(4096)), 'token is longer than 4096 bytes'],
    ['that lives too long', (url) => aToken(url.replace('Expires=60', 'Expires=901')), 'X-Amz-Expires is not from 0 to 900'],
    ['with changed content', (url) => aToken(url.replace('Expires=60', 'Expires=61')), 'signature does not match for cluster dev'],
    ['with an unknown access key', (url) => aToken(url.replace(credentials.accessKeyId, 'ASIAUNKNOWN')), 'access key is not known'],
    ['without its session token', (url) => aToken(url.replace(/&X-Amz-Security-Token=[^&]+/, '')), 'session token does not belong to the access key'],
    ['without a signature', (url) => aToken(url.replace(/&X-Amz-Signature=[^&]+/, '')), 'query parameter X-Amz-Signature is missing'],
  ])('refuses a token %s', async (_case, change, refused) => {
    expect(verdict(change(await aUrl()))).toEqual({ refused });
  });
});

describe('kubernetesUser', () => {
  it('maps the role by its access entry, and nobody else', async () => {
    const eks = createEks(account, iam, () => now);
    eks.addCluster({ name: 'dev', endpoint: 'https://127.0.0.1:1', caPem: '' });
    const token = aToken(await aUrl());
    expect(eks.kubernetesUser(token, 'dev')).toBeNull();
    eks.addAccessEntry('dev', { principalArn: role.arn, kubernetesGroups: ['slipway'] });
    expect(eks.kubernetesUser(token, 'dev')).toEqual({ username: 'arn:aws:sts::111122223333:assumed-role/watcher/watcher', groups: ['slipway'] });
    expect(eks.kubernetesUser('k8s-aws-v1.x', 'dev')).toBeNull();
    expect(() => eks.addAccessEntry('prod', { principalArn: role.arn, kubernetesGroups: [] })).toThrow('No cluster found for name: prod.');
  });
});
