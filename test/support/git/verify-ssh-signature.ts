import { createHash, createPublicKey, type JsonWebKey, type KeyObject, verify } from 'node:crypto';

export type SshSignature = { readonly valid: boolean; readonly namespace: string; readonly algorithm: string; /** In base64, as in `allowed_signers`. */ readonly publicKey: string };

/** Checks a signature as `ssh-keygen -Y verify` does (PROTOCOL.sshsig), with node:crypto alone and nothing of the code that signs. */
export function verifySshSignature(armour: string, content: Buffer): SshSignature {
  const lines = armour.trimEnd().split('\n');
  if (lines[0] !== '-----BEGIN SSH SIGNATURE-----' || lines.at(-1) !== '-----END SSH SIGNATURE-----') throw new Error('The signature has no armour.');
  if (lines.some((line) => line.length > 70)) throw new Error('The signature has a line of more than 70 characters.');
  const blob = Buffer.from(lines.slice(1, -1).join(''), 'base64');
  if (blob.subarray(0, 6).toString() !== 'SSHSIG' || blob.readUInt32BE(6) !== 1) throw new Error('The signature is not of version 1.');
  const [key, namespace, reserved, hash, signature] = fields(blob.subarray(10), 5);
  const [algorithm, raw] = fields(signature, 2);
  const digest = createHash(hash.toString()).update(content).digest();
  const signed = Buffer.concat([Buffer.from('SSHSIG'), ...[namespace, reserved, hash, digest].map(withLength)]);
  return { valid: isValid(algorithm.toString(), publicKeyOf(key), signed, raw), namespace: namespace.toString(), algorithm: algorithm.toString(), publicKey: key.toString('base64') };
}

type Fields<Count extends 2 | 3 | 5> = Count extends 2 ? [Buffer, Buffer] : Count extends 3 ? [Buffer, Buffer, Buffer] : [Buffer, Buffer, Buffer, Buffer, Buffer];

/** That many strings of SSH, and nothing behind them. */
function fields<Count extends 2 | 3 | 5>(bytes: Buffer, count: Count): Fields<Count> {
  const found: Buffer[] = [];
  let rest = bytes;
  while (rest.length > 0) {
    const end = 4 + rest.readUInt32BE();
    if (end > rest.length) throw new Error('A field ends behind its data.');
    found.push(rest.subarray(4, end));
    rest = rest.subarray(end);
  }
  if (found.length !== count) throw new Error(`There are ${found.length} fields, not ${count}.`);
  return found as Fields<Count>;
}

function withLength(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

const CURVES: Readonly<Record<string, readonly [curve: string, hash: string, size: number]>> = {
  'ecdsa-sha2-nistp256': ['P-256', 'sha256', 32],
  'ecdsa-sha2-nistp384': ['P-384', 'sha384', 48],
  'ecdsa-sha2-nistp521': ['P-521', 'sha512', 66],
};

function publicKeyOf(blob: Buffer): KeyObject {
  const type = blob.subarray(4, 4 + blob.readUInt32BE()).toString();
  return createPublicKey({ key: jwkOf(type, blob), format: 'jwk' });
}

function jwkOf(type: string, blob: Buffer): JsonWebKey {
  if (type === 'ssh-ed25519') return { kty: 'OKP', crv: 'Ed25519', x: fields(blob, 2)[1].toString('base64url') };
  const [, second, third] = fields(blob, 3);
  if (type === 'ssh-rsa') return { kty: 'RSA', e: second.toString('base64url'), n: third.toString('base64url') };
  const [crv = '', , size = 0] = CURVES[type] ?? [];
  return { kty: 'EC', crv, x: third.subarray(1, 1 + size).toString('base64url'), y: third.subarray(1 + size).toString('base64url') };
}

function isValid(algorithm: string, key: KeyObject, signed: Buffer, raw: Buffer): boolean {
  if (algorithm === 'ssh-ed25519') return verify(null, signed, key, raw);
  if (algorithm === 'rsa-sha2-512') return verify('sha512', signed, key, raw);
  const [, hash, size = 0] = CURVES[algorithm] ?? [];
  if (hash === undefined) throw new Error(`${algorithm} is no algorithm for signatures of commits.`);
  const numbers = fields(raw, 2).map((number) => Buffer.from(BigInt(`0x${number.toString('hex')}`).toString(16).padStart(2 * size, '0'), 'hex'));
  return verify(hash, signed, { key, dsaEncoding: 'ieee-p1363' }, Buffer.concat(numbers));
}
