import { describe, expect, it } from 'vitest';
import { eksToken } from '../../../../src/adapters/eks/eks-token.ts';

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY', sessionToken: 'FwoGZXIvYXdzE+/=tok' };
const now = '2026-01-02T03:04:05.000Z';

async function tokenUrl(options: { readonly cluster?: string; readonly region?: string } = {}): Promise<URL> {
  const token = await eksToken({ cluster: 'demo', region: 'eu-west-1', credentials, now, ...options });
  expect(token).toMatch(/^k8s-aws-v1\.[A-Za-z0-9_-]+$/);
  return new URL(Buffer.from(token.slice('k8s-aws-v1.'.length), 'base64url').toString());
}

describe('eksToken', () => {
  it('has the signature that aws-iam-authenticator accepts', async () => {
    const { searchParams } = await tokenUrl();
    expect(searchParams.get('X-Amz-Signature')).toBe('80d9ba9be0c73aefc87a910b3c68dc58744f26f6d4d0ab0bbac6270a996a78d8');
  });

  it('has the parameters that the authenticator knows, and no other', async () => {
    const url = await tokenUrl();
    expect([url.protocol, url.host, url.pathname]).toEqual(['https:', 'sts.eu-west-1.amazonaws.com', '/']);
    expect([...url.searchParams.keys()]).toEqual([
      'Action', 'Version', 'X-Amz-Algorithm', 'X-Amz-Credential', 'X-Amz-Date', 'X-Amz-Expires', 'X-Amz-Security-Token', 'X-Amz-Signature', 'X-Amz-SignedHeaders',
    ]);
    expect(url.searchParams.get('X-Amz-SignedHeaders')).toBe('host;x-k8s-aws-id');
    expect(url.searchParams.get('X-Amz-Security-Token')).toBe(credentials.sessionToken);
  });

  it('is bound to the cluster', async () => {
    const [demo, other] = await Promise.all([tokenUrl(), tokenUrl({ cluster: 'other' })]);
    expect(other.searchParams.get('X-Amz-Signature')).not.toBe(demo.searchParams.get('X-Amz-Signature'));
  });

  it('asks the STS of the partition', async () => {
    expect((await tokenUrl({ region: 'cn-north-1' })).host).toBe('sts.cn-north-1.amazonaws.com.cn');
  });
});
