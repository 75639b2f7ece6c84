import { ConfigurationError } from '../../domain/errors.ts';
import type { Secrets } from '../../ports/secrets.ts';
import { readSshPrivateKey, type SshKey } from './ssh-private-key.ts';
import { sshSignature } from './ssh-signature.ts';

/** Signs the text of a commit; the signature is as `git` reads it under `gpg.format=ssh`. */
export type SignCommit = (content: Buffer) => string;

/** Reads the key that signs commits. @throws ConfigurationError that names the secret and shows nothing of it */
export async function readCommitSigner(secrets: Secrets, secret: string): Promise<SignCommit> {
  const key = keyIn(await secrets.read(secret), secret);
  return (content) => sshSignature(key, 'git', content);
}

function keyIn(text: string, secret: string): SshKey {
  try {
    return readSshPrivateKey(text);
  } catch (error) {
    // What OpenSSL says of numbers that are no key is left out: it helps nobody, and might show some.
    const reason = error instanceof RangeError || !(error instanceof Error) || 'code' in error ? 'is damaged' : error.message;
    throw new ConfigurationError(`Secret ${secret} cannot sign commits: what it holds ${reason}; store a key made by ssh-keygen -t ed25519 -N ''.`);
  }
}
