import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CommitSettings } from '../../../../src/domain/service.ts';
import { createHttpGitWorld, type HttpGitWorld } from '../../../support/git/git-world.ts';
import { anOpenSshKey, KEY_KINDS, type OpenSshKey } from '../../../support/git/openssh-key.ts';
import { verifySshSignature } from '../../../support/git/verify-ssh-signature.ts';

const FILE = 'values.yaml';
const AUTHOR = { name: 'Größe & Söhne', email: 'release@example.com' };
const COMMITTER = { name: 'Deploy Bot', email: 'bot@example.com' };

/** `git verify-commit` asks ssh-keygen; git learned that in 2.34. Where one is missing, the check with node:crypto remains. */
function canVerifyCommits(): boolean {
  const [major = 0, minor = 0] = (/(\d+)\.(\d+)/.exec(execFileSync('git', ['--version']).toString()) ?? []).slice(1).map(Number);
  if (major * 100 + minor < 234) return false;
  try {
    execFileSync('ssh-keygen', ['-?'], { stdio: 'ignore' });
    return true;
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ENOENT');
  }
}

describe('commits to a Git server', () => {
  let world: HttpGitWorld;
  beforeAll(async () => void (world = await createHttpGitWorld({ [FILE]: 'tag: v0\n' })));
  afterAll(() => world.stop());

  let tags = 0;
  async function commit(settings: CommitSettings): Promise<string> {
    const host = await world.open('writer', { commit: settings });
    const { revision: head } = await host.read([FILE]);
    return host.commit({ head, files: { [FILE]: `tag: v${(tags += 1)}\n` }, message: 'deploy(dev): web v1\n\nSlipway-Execution: e1' });
  }

  async function signed(key: OpenSshKey): Promise<string> {
    world.secrets.set('slipway/signing', key.text);
    return commit({ signingKey: 'slipway/signing', author: AUTHOR });
  }

  /** The signature of a commit, and the text that it is of. */
  async function partsOf(revision: string): Promise<{ armour: string; content: Buffer }> {
    const text = await world.git('cat-file', 'commit', revision);
    const header = /^gpgsig (.*\n(?: .*\n)*)/m.exec(text);
    return { armour: header?.[1]?.replaceAll('\n ', '\n') ?? '', content: Buffer.from(text.replace(header?.[0] ?? '', '')) };
  }

  it('name the author and the committer of the configuration', async () => {
    const shown = await world.git('log', '-1', '--format=%an <%ae>|%cn <%ce>', await commit({ author: AUTHOR, committer: COMMITTER }));
    expect(shown.trim()).toBe('Größe & Söhne <release@example.com>|Deploy Bot <bot@example.com>');
  });

  it.each(KEY_KINDS)('are signed with a key of the type %s, which node:crypto verifies', async (kind) => {
    const key = anOpenSshKey(kind);
    const { armour, content } = await partsOf(await signed(key));
    expect(verifySshSignature(armour, content)).toMatchObject({ valid: true, namespace: 'git', publicKey: key.publicLine.split(' ')[1] });
    expect(await world.git('fsck', '--strict', '--full', '--no-dangling')).toBe('');
  });

  it.skipIf(!canVerifyCommits()).each(KEY_KINDS)('are signed with a key of the type %s, which git verify-commit accepts of its owner alone', async (kind) => {
    const [key, other] = [anOpenSshKey(kind), anOpenSshKey('ed25519')];
    const revision = await signed(key);
    const verify = async ({ publicLine }: OpenSshKey): Promise<string> => {
      const signers = join(world.directory, 'allowed_signers');
      await writeFile(signers, `${AUTHOR.email} namespaces="git" ${publicLine}\n`);
      await world.git('config', 'gpg.ssh.allowedSignersFile', signers);
      await world.git('verify-commit', revision);
      return (await world.git('log', '-1', '--format=%G? %GS', revision)).trim();
    };
    expect(await verify(key)).toBe(`G ${AUTHOR.email}`);
    await expect(verify(other)).rejects.toThrow('verify-commit failed');
  });

  it('keep their message and trailers where they are signed', async () => {
    const revision = await signed(anOpenSshKey());
    expect((await world.git('log', '-1', '--format=%B%(trailers:key=Slipway-Execution,valueonly)', revision)).trim()).toBe('deploy(dev): web v1\n\nSlipway-Execution: e1\ne1');
    expect((await (await world.open('reader')).read([FILE])).message).toBe('deploy(dev): web v1\n\nSlipway-Execution: e1\n');
  });

  it('are not begun where the key is missing', async () => {
    await expect(commit({ signingKey: 'slipway/nowhere' })).rejects.toThrow('slipway/nowhere');
  });
});
