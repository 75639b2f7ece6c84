import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readSshPrivateKey } from '../../../../src/adapters/git/ssh-private-key.ts';
import { sshSignature } from '../../../../src/adapters/git/ssh-signature.ts';
import { readCommitSigner } from '../../../../src/adapters/git/signing.ts';
import { createMemorySecrets } from '../../../../src/adapters/memory/secrets.ts';
import { anOpenSshKey, KEY_KINDS } from '../../../support/git/openssh-key.ts';
import { verifySshSignature } from '../../../support/git/verify-ssh-signature.ts';

const CONTENT = Buffer.from('tree 0\n\nDeploy\n');
const fixture = (name: string): Buffer => readFileSync(new URL(`../../../fixtures/ssh-signatures/${name}`, import.meta.url));

describe('the check of signatures in these tests', () => {
  it.each(['ed25519', 'rsa', 'ecdsa'])('accepts what ssh-keygen signed with a key of the type %s, and nothing else', (name) => {
    const [armour, content] = [fixture(`${name}.sig`).toString(), fixture('content.txt')];
    const publicKey = fixture(`${name}.pub`).toString().split(' ')[1];
    expect(verifySshSignature(armour, content)).toMatchObject({ valid: true, namespace: 'git', publicKey });
    expect(verifySshSignature(armour, Buffer.concat([content, Buffer.from('\n')]))).toMatchObject({ valid: false });
  });
});

describe('sshSignature', () => {
  it.each(KEY_KINDS)('signs with %s, for one purpose and by a key that can be named', (kind) => {
    const key = anOpenSshKey(kind);
    // Numbers with zeros before them come by chance.
    for (let round = 0; round < 8; round++) {
      const content = Buffer.concat([CONTENT, Buffer.of(round)]);
      const armour = sshSignature(readSshPrivateKey(key.text), 'git', content);
      expect(verifySshSignature(armour, content)).toMatchObject({ valid: true, namespace: 'git', publicKey: key.publicLine.split(' ')[1] });
      expect(verifySshSignature(armour, CONTENT)).toMatchObject({ valid: false });
    }
  });

  it.each([
    ['rsa', 'rsa-sha2-512'],
    ['P-384', 'ecdsa-sha2-nistp384'],
    ['ed25519', 'ssh-ed25519'],
  ] as const)('signs with %s by %s, and never with SHA-1', (kind, algorithm) => {
    expect(verifySshSignature(sshSignature(readSshPrivateKey(anOpenSshKey(kind).text), 'git', CONTENT), CONTENT).algorithm).toBe(algorithm);
  });
});

describe('readSshPrivateKey', () => {
  it('does not mind blanks and line endings around a key, as secrets collect them', () => {
    const { text } = anOpenSshKey();
    expect(readSshPrivateKey(`\n${text.replaceAll('\n', '\r\n')}\n`)).toMatchObject({ type: 'ssh-ed25519' });
  });

  it.each([
    ['another format', '-----BEGIN PRIVATE KEY-----\nMC4=\n-----END PRIVATE KEY-----\n', "is not a private key in OpenSSH's format"],
    ['a public key', anOpenSshKey().publicLine, "is not a private key in OpenSSH's format"],
    ['nothing', '', "is not a private key in OpenSSH's format"],
    ['a passphrase', anOpenSshKey('ed25519', { cipher: 'aes256-ctr' }).text, 'has a passphrase'],
    ['a key on a token', anOpenSshKey('ed25519', { type: 'sk-ssh-ed25519@openssh.com' }).text, 'is of the type sk-ssh-ed25519@openssh.com, and commits are signed with ssh-ed25519, ssh-rsa'],
    ['numbers that do not agree', anOpenSshKey('ed25519', { check: 8 }).text, 'is damaged'],
  ])('refuses %s', (_what, text, reason) => {
    expect(() => readSshPrivateKey(text)).toThrow(reason);
  });
});

describe('readCommitSigner', () => {
  const { text } = anOpenSshKey();

  it.each([
    ['another format', 'secret words', "what it holds is not a private key in OpenSSH's format"],
    ['half a key', text.replace(/\n.{40}[^]*(?=\n-----END)/, (half) => half.slice(0, half.length / 2)), 'what it holds is damaged'],
  ])('names the secret that holds %s, and shows nothing of it', async (_what, value, reason) => {
    const reading = readCommitSigner(createMemorySecrets({ 'slipway/signing': value }), 'slipway/signing');
    await expect(reading).rejects.toMatchObject({ name: 'ConfigurationError', message: expect.stringContaining(reason) as string });
    await expect(reading).rejects.toThrow("Secret slipway/signing cannot sign commits: ");
    await expect(reading).rejects.not.toThrow(value.slice(0, 12));
  });
});
