import { generateKeyPairSync, type JsonWebKey } from 'node:crypto';

export type OpenSshKey = {
  /** As `ssh-keygen -N ''` writes it. */
  readonly text: string;
  /** Type and key in base64: a line of `authorized_keys` without its comment. */
  readonly publicLine: string;
};

export const KEY_KINDS = ['ed25519', 'rsa', 'P-256', 'P-384', 'P-521'] as const;
export type KeyKind = (typeof KEY_KINDS)[number];

/** A new key pair in OpenSSH's format, made without ssh-keygen. */
export function anOpenSshKey(kind: KeyKind = 'ed25519', overrides: { readonly cipher?: string; readonly type?: string; readonly check?: number } = {}): OpenSshKey {
  const { type, publicParts, privateParts } = partsOf(kind);
  const { cipher = 'none', check = 7 } = overrides;
  const shown = overrides.type ?? type;
  const publicKey = Buffer.concat([text(shown), ...publicParts]);
  const inner = Buffer.concat([uint32(7), uint32(check), text(shown), ...privateParts, text('fixture')]);
  const padding = Buffer.from(Array.from({ length: (8 - (inner.length % 8)) % 8 }, (_, index) => index + 1));
  const outer = Buffer.concat([Buffer.from('openssh-key-v1\0'), text(cipher), text('none'), text(''), uint32(1), string(publicKey), string(Buffer.concat([inner, padding]))]);
  const lines = outer.toString('base64').match(/.{1,70}/g) ?? [];
  return {
    text: ['-----BEGIN OPENSSH PRIVATE KEY-----', ...lines, '-----END OPENSSH PRIVATE KEY-----', ''].join('\n'),
    publicLine: `${shown} ${publicKey.toString('base64')}`,
  };
}

type Parts = { readonly type: string; readonly publicParts: readonly Buffer[]; readonly privateParts: readonly Buffer[] };

function partsOf(kind: KeyKind): Parts {
  if (kind === 'ed25519') {
    const { x, d } = numbersOf(generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }));
    return { type: 'ssh-ed25519', publicParts: [string(x)], privateParts: [string(x), string(Buffer.concat([d, x]))] };
  }
  if (kind === 'rsa') {
    const { n, e, d, qi, p, q } = numbersOf(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' }));
    return { type: 'ssh-rsa', publicParts: [mpint(e), mpint(n)], privateParts: [n, e, d, qi, p, q].map(mpint) };
  }
  const { x, y, d } = numbersOf(generateKeyPairSync('ec', { namedCurve: kind }).privateKey.export({ format: 'jwk' }));
  const curve = `nist${kind.replace('-', '').toLowerCase()}`;
  const publicParts = [text(curve), string(Buffer.concat([Buffer.of(4), x, y]))];
  return { type: `ecdsa-sha2-${curve}`, publicParts, privateParts: [...publicParts, mpint(d)] };
}

type Numbers = Readonly<Record<'n' | 'e' | 'd' | 'p' | 'q' | 'qi' | 'x' | 'y', Buffer>>;

function numbersOf({ n, e, d, p, q, qi, x, y }: JsonWebKey): Numbers {
  const bytes = (value = '') => Buffer.from(value, 'base64url');
  return { n: bytes(n), e: bytes(e), d: bytes(d), p: bytes(p), q: bytes(q), qi: bytes(qi), x: bytes(x), y: bytes(y) };
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function string(bytes: Buffer): Buffer {
  return Buffer.concat([uint32(bytes.length), bytes]);
}

function text(value: string): Buffer {
  return string(Buffer.from(value));
}

function mpint(magnitude: Buffer): Buffer {
  const digits = magnitude.subarray(magnitude.findIndex((byte) => byte !== 0));
  return string((digits[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), digits]) : digits);
}
