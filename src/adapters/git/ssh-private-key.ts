import { createPrivateKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { readSsh, type SshReader } from './ssh-wire.ts';

/** A key pair as OpenSSH keeps it. */
export type SshKey = {
  /** As `ssh-ed25519`. */
  readonly type: string;
  /** The public key in SSH's format: what `authorized_keys` and `allowed_signers` hold in base64. */
  readonly publicKey: Buffer;
  readonly privateKey: KeyObject;
};

const ARMOUR = /^-----BEGIN OPENSSH PRIVATE KEY-----\s+([A-Za-z0-9+/=\s]+?)\s*-----END OPENSSH PRIVATE KEY-----$/;
const MAGIC = 'openssh-key-v1\0';

/**
 * Reads a private key in OpenSSH's own format (PROTOCOL.key of OpenSSH): what `ssh-keygen -N ''` writes.
 * @throws Error with the reason as a predicate, as `has a passphrase`; it shows nothing of the key
 */
export function readSshPrivateKey(text: string): SshKey {
  const content = ARMOUR.exec(text.trim())?.[1];
  const bytes = Buffer.from(content ?? '', 'base64');
  if (content === undefined || !bytes.subarray(0, MAGIC.length).equals(Buffer.from(MAGIC))) throw new Error("is not a private key in OpenSSH's format");
  const outer = readSsh(bytes.subarray(MAGIC.length));
  const [cipher] = [outer.string().toString(), outer.string(), outer.string()];
  if (cipher !== 'none') throw new Error('has a passphrase');
  if (outer.uint32() !== 1) throw new Error('holds more than one key');
  const publicKey = outer.string();
  const inner = readSsh(outer.string());
  if (inner.uint32() !== inner.uint32()) throw new Error('is damaged');
  const type = inner.string().toString();
  const read = KEY_TYPES[type];
  if (read === undefined) throw new Error(`is of the type ${type}, and commits are signed with ${Object.keys(KEY_TYPES).join(', ')}`);
  return { type, publicKey, privateKey: createPrivateKey({ key: read(inner), format: 'jwk' }) };
}

/** How the numbers of each type of key follow each other. */
const KEY_TYPES: Readonly<Record<string, (reader: SshReader) => JsonWebKey>> = {
  'ssh-ed25519': ed25519,
  'ssh-rsa': rsa,
  'ecdsa-sha2-nistp256': (reader) => ecdsa(reader, 'P-256', 32),
  'ecdsa-sha2-nistp384': (reader) => ecdsa(reader, 'P-384', 48),
  'ecdsa-sha2-nistp521': (reader) => ecdsa(reader, 'P-521', 66),
};

function ed25519(reader: SshReader): JsonWebKey {
  const x = reader.string();
  const seed = reader.string().subarray(0, 32);
  return { kty: 'OKP', crv: 'Ed25519', x: base64url(x), d: base64url(seed) };
}

function ecdsa(reader: SshReader, crv: string, size: number): JsonWebKey {
  reader.string();
  // Uncompressed: 4, then both coordinates.
  const point = reader.string();
  const d = reader.mpint();
  const padded = Buffer.concat([Buffer.alloc(size - d.length), d]);
  return { kty: 'EC', crv, x: base64url(point.subarray(1, 1 + size)), y: base64url(point.subarray(1 + size)), d: base64url(padded) };
}

function rsa(reader: SshReader): JsonWebKey {
  const [n, e, d, qi, p, q] = [reader.mpint(), reader.mpint(), reader.mpint(), reader.mpint(), reader.mpint(), reader.mpint()];
  const [dp, dq] = [exponent(d, p), exponent(d, q)];
  return { kty: 'RSA', n: base64url(n), e: base64url(e), d: base64url(d), p: base64url(p), q: base64url(q), dp: base64url(dp), dq: base64url(dq), qi: base64url(qi) };
}

/** OpenSSH leaves out what can be computed: d modulo a prime less one. */
function exponent(d: Buffer, prime: Buffer): Buffer {
  const hex = (BigInt(`0x${d.toString('hex')}`) % (BigInt(`0x${prime.toString('hex')}`) - 1n)).toString(16);
  return Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex');
}

function base64url(bytes: Buffer): string {
  return bytes.toString('base64url');
}
