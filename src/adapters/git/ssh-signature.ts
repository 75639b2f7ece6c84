import { createHash, sign } from 'node:crypto';
import type { SshKey } from './ssh-private-key.ts';
import { mpint, sshString, uint32 } from './ssh-wire.ts';

const MAGIC = 'SSHSIG';
const HASH = 'sha512';

/**
 * Signs as `ssh-keygen -Y sign` does (PROTOCOL.sshsig of OpenSSH).
 * @param namespace what the signature is for: `git` for commits, so that it can't be passed off as one of something else
 * @returns the signature in its armour, with a newline at its end
 */
export function sshSignature(key: SshKey, namespace: string, content: Buffer): string {
  const purpose = [sshString(namespace), sshString(''), sshString(HASH)];
  const signed = Buffer.concat([Buffer.from(MAGIC), ...purpose, sshString(createHash(HASH).update(content).digest())]);
  const blob = Buffer.concat([Buffer.from(MAGIC), uint32(1), sshString(key.publicKey), ...purpose, sshString(rawSignature(key, signed))]);
  const lines = blob.toString('base64').match(/.{1,70}/g) ?? [];
  return ['-----BEGIN SSH SIGNATURE-----', ...lines, '-----END SSH SIGNATURE-----', ''].join('\n');
}

/** The signature with the name of its algorithm, as RFC 8332, RFC 5656 and RFC 8709 write it. */
function rawSignature({ type, privateKey }: SshKey, content: Buffer): Buffer {
  if (type === 'ssh-ed25519') return Buffer.concat([sshString(type), sshString(sign(null, content, privateKey))]);
  // SHA-1, for which `ssh-rsa` stands as the name of an algorithm, is not accepted here.
  if (type === 'ssh-rsa') return Buffer.concat([sshString('rsa-sha2-512'), sshString(sign('sha512', content, privateKey))]);
  const both = sign(CURVE_HASHES[type] ?? 'sha512', content, { key: privateKey, dsaEncoding: 'ieee-p1363' });
  const [r, s] = [both.subarray(0, both.length / 2), both.subarray(both.length / 2)];
  return Buffer.concat([sshString(type), sshString(Buffer.concat([mpint(r), mpint(s)]))]);
}

const CURVE_HASHES: Readonly<Record<string, string>> = { 'ecdsa-sha2-nistp256': 'sha256', 'ecdsa-sha2-nistp384': 'sha384', 'ecdsa-sha2-nistp521': 'sha512' };
