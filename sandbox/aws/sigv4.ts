import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** The parts of a request that Signature Version 4 covers. */
export type SignedRequest = {
  readonly method: string;
  /** As sent, percent-encoded, without the query. */
  readonly path: string;
  /** Decoded names and values, without the signature itself. */
  readonly query: readonly (readonly [name: string, value: string])[];
  /** By lower-case name; must hold every signed header. */
  readonly headers: Readonly<Record<string, string>>;
  readonly payloadHash: string;
};

/** What the signer says of the signature: in the Authorization header, or in the query of a presigned URL. */
export type Signature = {
  readonly accessKeyId: string;
  /** `YYYYMMDD`, the day of the signing key. */
  readonly date: string;
  readonly region: string;
  readonly service: string;
  readonly signedHeaders: readonly string[];
  /** `YYYYMMDDTHHMMSSZ`, when it was signed. */
  readonly timestamp: string;
  readonly signature: string;
};

export const ALGORITHM = 'AWS4-HMAC-SHA256';

/** Reads `Authorization: AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…`; null when it is not of that form. */
export function readAuthorization(header: string, timestamp: string): Signature | null {
  const match = /^AWS4-HMAC-SHA256 +Credential=([^,]+), *SignedHeaders=([^,]+), *Signature=([0-9a-f]{64})$/.exec(header);
  if (match === null) return null;
  const [, credential = '', signedHeaders = '', signature = ''] = match;
  const scope = readCredential(credential);
  return scope && { ...scope, signedHeaders: signedHeaders.split(';'), timestamp, signature };
}

/** Reads the signature in the query of a presigned URL; null when there is none of version 4. */
export function readPresigned(query: URLSearchParams): Signature | null {
  const scope = readCredential(query.get('X-Amz-Credential') ?? '');
  const timestamp = query.get('X-Amz-Date') ?? '';
  if (scope === null || query.get('X-Amz-Algorithm') !== ALGORITHM || !timestamp.startsWith(scope.date)) return null;
  return { ...scope, signedHeaders: (query.get('X-Amz-SignedHeaders') ?? '').split(';'), timestamp, signature: query.get('X-Amz-Signature') ?? '' };
}

/** Reads `AKID/20260102/eu-west-1/sts/aws4_request`. */
export function readCredential(credential: string): Pick<Signature, 'accessKeyId' | 'date' | 'region' | 'service'> | null {
  const match = /^([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request$/.exec(credential);
  if (match === null) return null;
  const [, accessKeyId = '', date = '', region = '', service = ''] = match;
  return { accessKeyId, date, region, service };
}

/** Whether the secret made this signature for this request; recipe: "Create a signed AWS API request", IAM user guide. */
export function signatureMatches(request: SignedRequest, claimed: Signature, secretAccessKey: string): boolean {
  if (!claimed.signedHeaders.every((name) => request.headers[name] !== undefined)) return false;
  const { date, region, service, timestamp } = claimed;
  const text = [ALGORITHM, timestamp, `${date}/${region}/${service}/aws4_request`, sha256(canonicalRequest(request, claimed.signedHeaders))];
  const key = [date, region, service, 'aws4_request'].reduce<Buffer | string>(hmac, `AWS4${secretAccessKey}`);
  return timingSafeEqual(hmac(key, text.join('\n')), Buffer.from(claimed.signature.padEnd(64, '0').slice(0, 64), 'hex'));
}

/** Epoch milliseconds of `YYYYMMDDTHHMMSSZ`; NaN when it is not of that form. */
export function readTimestamp(timestamp: string): number {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(timestamp);
  if (match === null) return NaN;
  const [, year, month, day, hour, minute, second] = match;
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

export function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}

function canonicalRequest({ method, path, query, headers, payloadHash }: SignedRequest, signedHeaders: readonly string[]): string {
  return [
    method,
    // Every service but S3 signs the path encoded once more than it is sent.
    path.split('/').map(uriEncode).join('/'),
    canonicalQuery(query),
    ...signedHeaders.map((name) => `${name}:${(headers[name] ?? '').trim().replace(/ +/g, ' ')}`),
    '',
    signedHeaders.join(';'),
    payloadHash,
  ].join('\n');
}

/** Sorted by name, then value, both as encoded: not by the joined text, where `-` would come before `=`. */
function canonicalQuery(query: SignedRequest['query']): string {
  const pairs = query.map(([name, value]) => [uriEncode(name), uriEncode(value)] as const);
  const sorted = pairs.sort(([nameA, valueA], [nameB, valueB]) => compare(nameA, nameB) || compare(valueA, valueB));
  return sorted.map(([name, value]) => `${name}=${value}`).join('&');
}

function compare(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}

function uriEncode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

function hmac(key: Buffer | string, data: string): Buffer {
  return createHmac('sha256', key).update(data).digest();
}
