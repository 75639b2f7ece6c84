import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Instant } from '../../domain/instant.ts';

type SignerCredentials = ConstructorParameters<typeof SignatureV4>[0]['credentials'];

export type EksTokenOptions = {
  /** Name of the cluster, not its ARN. */
  readonly cluster: string;
  readonly region: string;
  readonly credentials: SignerCredentials;
  readonly now: Instant;
};

/**
 * The bearer token by which an EKS cluster knows an IAM role: a signed request to STS that the cluster sends for us. Valid for 15
 * minutes, and no longer than the credentials. The recipe is aws-iam-authenticator's (pkg/token/token.go); STS is not called here, so
 * a bad token shows only as 401 of the cluster.
 */
export async function eksToken({ cluster, region, credentials, now }: EksTokenOptions): Promise<string> {
  const host = `sts.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
  const signer = new SignatureV4({ service: 'sts', region, credentials, sha256: Sha256 });
  const { query = {} } = await signer.presign(
    {
      method: 'GET',
      protocol: 'https:',
      hostname: host,
      path: '/',
      // Not an `x-amz-` header: those would be moved to the query, where the authenticator refuses unknown keys.
      headers: { host, 'x-k8s-aws-id': cluster },
      query: { Action: 'GetCallerIdentity', Version: '2011-06-15' },
    },
    { expiresIn: 60, signingDate: new Date(now) },
  );
  const parameters = Object.entries(query).map(([name, value]) => `${encode(name)}=${encode(String(value))}`);
  const url = `https://${host}/?${parameters.toSorted().join('&')}`;
  return `k8s-aws-v1.${Buffer.from(url).toString('base64url')}`;
}

/** RFC 3986, once: URLSearchParams would write `+` for a space and leave `*`, and the signature would no longer match. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}
