import type { Iam, Signer } from './iam/iam.ts';
import type { HttpRequest } from './protocols/protocol.ts';
import { AwsError, type Principal } from './service.ts';
import { readAuthorization, readPresigned, readTimestamp, sha256, type Signature, signatureMatches } from './sigv4.ts';

const CLOCK_SKEW = 5 * 60_000;
/** STS takes a presigned URL for so long, whatever its X-Amz-Expires says (aws-iam-authenticator, pkg/token/token.go). */
const PRESIGNED_LIFETIME = 15 * 60_000;
const NO_MATCH = 'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.';

/** The service that a request is signed for; null when its signature cannot be read. */
export function scopeOf(request: HttpRequest): string | null {
  return readSignature(request)?.service ?? null;
}

/** Who signed the request. @throws AwsError in AWS's words when the signature, the keys or the clock do not fit */
export function authenticate(request: HttpRequest, region: string, iam: Pick<Iam, 'signer'>, now: number): Principal {
  if (isPresigned(request)) return authenticatePresigned(request, iam, now);
  if (request.headers.authorization === undefined) throw new AwsError('MissingAuthenticationTokenException', 'Missing Authentication Token', 403);
  const claimed = readSignature(request);
  if (claimed === null || !claimed.signedHeaders.includes('host') || !claimed.signedHeaders.includes('x-amz-date')) {
    throw new AwsError('IncompleteSignatureException', 'Authorization header requires Credential, Signature and SignedHeaders with host and x-amz-date.', 403);
  }
  const signer = iam.signer(claimed.accessKeyId);
  if (signer === null || signer.credentials.sessionToken !== request.headers['x-amz-security-token']) {
    throw new AwsError('UnrecognizedClientException', 'The security token included in the request is invalid.', 403);
  }
  const problem = signatureProblem(request, claimed, region, signer, now);
  if (problem !== null) throw new AwsError('InvalidSignatureException', problem, 403);
  return signer.principal;
}

/** The way of a cluster that checks a bearer token: it sends the URL in it to the STS of any region, with the signed headers. */
function authenticatePresigned(request: HttpRequest, iam: Pick<Iam, 'signer'>, now: number): Principal {
  const claimed = readSignature(request);
  if (claimed === null) throw new AwsError('IncompleteSignatureException', 'The query does not hold a signature of version 4.', 403);
  if (claimed.service !== 'sts' || request.headers.host !== `sts.${claimed.region}.amazonaws.com`) {
    throw new AwsError('InvalidSignatureException', `Credential should be scoped to STS in the region of ${request.headers.host ?? ''}.`, 403);
  }
  const signer = iam.signer(claimed.accessKeyId);
  if (signer === null || signer.credentials.sessionToken !== (request.query.get('X-Amz-Security-Token') ?? undefined)) {
    throw new AwsError('UnrecognizedClientException', 'The security token included in the request is invalid.', 403);
  }
  const age = now - readTimestamp(claimed.timestamp);
  if (!(age <= PRESIGNED_LIFETIME && age >= -CLOCK_SKEW)) throw new AwsError('InvalidSignatureException', `Signature expired or not yet current: ${claimed.timestamp}`, 403);
  const query = [...request.query].filter(([name]) => name !== 'X-Amz-Signature');
  const signed = { method: request.method, path: request.path, query, headers: headersOf(request), payloadHash: sha256(request.body) };
  if (signatureMatches(signed, claimed, signer.credentials.secretAccessKey)) return signer.principal;
  throw new AwsError('InvalidSignatureException', NO_MATCH, 403);
}

function isPresigned({ headers, query }: HttpRequest): boolean {
  return headers.authorization === undefined && query.has('X-Amz-Signature');
}

function readSignature(request: HttpRequest): Signature | null {
  const { headers, query } = request;
  if (isPresigned(request)) return readPresigned(query);
  return readAuthorization(headers.authorization ?? '', String(headers['x-amz-date']));
}

function signatureProblem(request: HttpRequest, claimed: Signature, region: string, { credentials }: Signer, now: number): string | null {
  if (claimed.region !== region) return `Credential should be scoped to a valid region: the sandbox runs ${region}, not ${claimed.region}.`;
  const skew = now - readTimestamp(claimed.timestamp);
  if (!(Math.abs(skew) <= CLOCK_SKEW) || !claimed.timestamp.startsWith(claimed.date)) {
    return skew > 0 ? `Signature expired: ${claimed.timestamp}` : `Signature not yet current: ${claimed.timestamp}`;
  }
  const payloadHash = sha256(request.body);
  const declared = request.headers['x-amz-content-sha256'] ?? payloadHash;
  const signed = { method: request.method, path: request.path, query: [...request.query], headers: headersOf(request), payloadHash };
  if (declared === payloadHash && signatureMatches(signed, claimed, credentials.secretAccessKey)) return null;
  return NO_MATCH;
}

function headersOf({ headers }: HttpRequest): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}
