import type { Iam, Signer } from './iam/iam.ts';
import type { HttpRequest } from './protocols/protocol.ts';
import { AwsError, type Principal } from './service.ts';
import { readAuthorization, readTimestamp, sha256, type Signature, signatureMatches } from './sigv4.ts';

const CLOCK_SKEW = 5 * 60_000;

/** The service that a request is signed for; null when its signature cannot be read. */
export function scopeOf(request: HttpRequest): string | null {
  return readSignature(request)?.service ?? null;
}

/** Who signed the request. @throws AwsError in AWS's words when the signature, the keys or the clock do not fit */
export function authenticate(request: HttpRequest, region: string, iam: Pick<Iam, 'signer'>, now: number): Principal {
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

function readSignature({ headers }: HttpRequest): Signature | null {
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
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
  const signed = { method: request.method, path: request.path, query: [...request.query], headers, payloadHash };
  if (declared === payloadHash && signatureMatches(signed, claimed, credentials.secretAccessKey)) return null;
  return 'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.';
}
