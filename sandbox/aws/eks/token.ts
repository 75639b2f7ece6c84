import type { Iam } from '../iam/iam.ts';
import type { Principal } from '../service.ts';
import { readPresigned, readTimestamp, sha256, signatureMatches } from '../sigv4.ts';

export type TokenVerdict = { readonly principal: Principal } | { readonly refused: string };

/** Rules of aws-iam-authenticator's verifier (pkg/token/token.go, Verify), then what STS would say of the signed URL inside. */
const PREFIX = 'k8s-aws-v1.';
const MAX_LENGTH = 4096;
const LIFETIME = 15 * 60_000;
const CLOCK_SKEW = 5 * 60_000;
const CLUSTER_HEADER = 'x-k8s-aws-id';
const SIGNATURE_PARAMETERS = ['X-Amz-Algorithm', 'X-Amz-Credential', 'X-Amz-Date', 'X-Amz-Expires', 'X-Amz-Signature', 'X-Amz-SignedHeaders'];
const ALLOWED_PARAMETERS: readonly string[] = ['Action', 'Version', 'X-Amz-Security-Token', ...SIGNATURE_PARAMETERS];

/** Who a bearer token for the cluster belongs to, or why it is refused. No request leaves the process: IAM here holds the secrets. */
export function authenticateEksToken(token: string, clusterName: string, iam: Pick<Iam, 'signer'>, now: number): TokenVerdict {
  const url = readUrl(token);
  if (typeof url === 'string') return { refused: url };
  const problem = checkParameters(url) ?? checkTimes(url.searchParams, now);
  if (problem !== null) return { refused: problem };
  return askSts(url, clusterName, iam);
}

function readUrl(token: string): URL | string {
  if (token.length > MAX_LENGTH) return `token is longer than ${MAX_LENGTH} bytes`;
  if (!token.startsWith(PREFIX)) return `token does not begin with ${PREFIX}`;
  const encoded = token.slice(PREFIX.length);
  if (!/^[A-Za-z0-9_-]+$/.test(encoded)) return 'token is not base64url without padding';
  const url = URL.parse(Buffer.from(encoded, 'base64url').toString());
  if (url === null) return 'token holds no URL';
  if (url.protocol !== 'https:') return `URL has protocol ${url.protocol}, not https:`;
  if (regionOf(url) === null) return `${url.host} is not a regional host of STS`;
  if (url.pathname !== '/') return `URL has path ${url.pathname}, not /`;
  return url;
}

function regionOf(url: URL): string | null {
  return /^sts\.([a-z]{2}(?:-[a-z]+)+-\d)\.amazonaws\.com$/.exec(url.host)?.[1] ?? null;
}

function checkParameters({ searchParams }: URL): string | null {
  const names = [...searchParams.keys()];
  const unknown = names.find((name) => !ALLOWED_PARAMETERS.includes(name));
  if (unknown !== undefined) return `query parameter ${unknown} is not allowed`;
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined) return `query parameter ${repeated} is repeated`;
  const missing = SIGNATURE_PARAMETERS.find((name) => !searchParams.has(name));
  if (missing !== undefined) return `query parameter ${missing} is missing`;
  if (searchParams.get('Action') !== 'GetCallerIdentity') return 'query parameter Action is not GetCallerIdentity';
  if (!signedHeaders(searchParams).includes(CLUSTER_HEADER)) return `header ${CLUSTER_HEADER} is not signed`;
  return null;
}

/** The verifier lets a token live 15 minutes whatever X-Amz-Expires says, as long as that is a number from 0 to 900. */
function checkTimes(parameters: URLSearchParams, now: number): string | null {
  const expires = parameters.get('X-Amz-Expires') ?? '';
  if (!/^\d+$/.test(expires) || Number(expires) > 900) return 'X-Amz-Expires is not from 0 to 900';
  const signedAt = readTimestamp(parameters.get('X-Amz-Date') ?? '');
  if (Number.isNaN(signedAt)) return 'X-Amz-Date is not an instant';
  if (now > signedAt + LIFETIME) return 'token is expired';
  return signedAt > now + CLOCK_SKEW ? 'token is signed in the future' : null;
}

/** What STS does with the request that the verifier would send: it carries the host and the cluster's name, and no other signed header. */
function askSts(url: URL, clusterName: string, iam: Pick<Iam, 'signer'>): TokenVerdict {
  const claimed = readPresigned(url.searchParams);
  if (claimed === null) return { refused: 'query does not hold a signature of version 4' };
  if (claimed.service !== 'sts' || claimed.region !== regionOf(url)) return { refused: `credential scope is not STS in the region of ${url.host}` };
  const signer = iam.signer(claimed.accessKeyId);
  if (signer === null) return { refused: 'access key is not known' };
  const { secretAccessKey, sessionToken } = signer.credentials;
  if ((url.searchParams.get('X-Amz-Security-Token') ?? undefined) !== sessionToken) return { refused: 'session token does not belong to the access key' };
  const query = [...url.searchParams].filter(([name]) => name !== 'X-Amz-Signature');
  const headers = { host: url.host, [CLUSTER_HEADER]: clusterName };
  const request = { method: 'GET', path: '/', query, headers, payloadHash: sha256('') };
  if (!signatureMatches(request, claimed, secretAccessKey)) return { refused: `signature does not match for cluster ${clusterName}` };
  return { principal: signer.principal };
}

function signedHeaders(parameters: URLSearchParams): readonly string[] {
  return (parameters.get('X-Amz-SignedHeaders') ?? '').split(';');
}
