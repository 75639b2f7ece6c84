import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createOpenGitHost } from '../../src/adapters/git-hosts/open-git-host.ts';
import { createMemorySecrets } from '../../src/adapters/memory/secrets.ts';
import { ConflictError, NotFoundError } from '../../src/domain/errors.ts';
import { GIT_HOSTS, type GitRepository } from '../../src/domain/service.ts';
import type { GitHost } from '../../src/ports/git-host.ts';

/**
 * Against a disposable repository of your own that holds README.md on its branch. For each host, as GITHUB:
 * SLIPWAY_LIVE_GITHUB_URL, SLIPWAY_LIVE_GITHUB_SECRET (the JSON that Secrets Manager would hold; CodeCommit takes AWS's own
 * credentials instead), and SLIPWAY_LIVE_GITHUB_BRANCH where it is not main.
 */
function liveRepository(host: GitRepository['host']): { readonly repository: GitRepository; readonly secret: string } | null {
  const variable = (name: string): string | undefined => process.env[`SLIPWAY_LIVE_${host.toUpperCase()}_${name}`];
  const url = variable('URL');
  const secret = variable('SECRET') ?? (host === 'codecommit' ? '' : undefined);
  if (url === undefined || secret === undefined) return null;
  return { secret, repository: { host, url, branch: variable('BRANCH') ?? 'main', aliases: [], ...(host === 'codecommit' ? {} : { credentials: 'live' }) } };
}

const FILE = 'README.md';

describe.each(GIT_HOSTS)('a live repository on %s', (host) => {
  const live = liveRepository(host);

  async function open(overrides: Partial<GitRepository> = {}): Promise<GitHost> {
    if (live === null) throw new Error(`SLIPWAY_LIVE_${host.toUpperCase()}_URL is not set.`);
    return createOpenGitHost({ secrets: createMemorySecrets({ live: live.secret }) })({ ...live.repository, ...overrides });
  }

  it.skipIf(live === null)('is read and written, and lets nobody write on a head that is gone', { timeout: 120_000 }, async () => {
    const repository = await open();
    const before = await repository.read([FILE]);
    const text = `${randomUUID()}\r\nä\n`;
    const revision = await repository.commit({ head: before.revision, files: { [FILE]: text }, message: `Write ${text.slice(0, 8)}\n\nSlipway-Execution: live\n` });
    const after = await repository.read([FILE]);
    expect(after).toMatchObject({ revision, files: { [FILE]: text }, message: expect.stringContaining('Slipway-Execution: live') as string });
    await expect(repository.commit({ head: before.revision, files: { [FILE]: 'late\n' }, message: 'Late' })).rejects.toThrow(ConflictError);
    expect((await repository.read([FILE], before.revision)).files).toEqual(before.files);
    const empty = await repository.commit({ head: revision, files: {}, message: 'Nothing' });
    expect(await repository.read([FILE])).toMatchObject({ revision: empty, files: { [FILE]: text } });
    await expect(repository.read(['missing.yaml'])).rejects.toThrow(NotFoundError);
    await expect((await open({ branch: `nowhere-${randomUUID()}` })).read([FILE])).rejects.toThrow(NotFoundError);
  });
});
