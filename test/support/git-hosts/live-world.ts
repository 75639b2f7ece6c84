import { randomUUID } from 'node:crypto';
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CodeCommitClient } from '@aws-sdk/client-codecommit';
import { createBareRepository } from '../../../sandbox/git/bare-repository.ts';
import { runGit } from '../../../sandbox/git/run-git.ts';
import { createOpenCodeCommit } from '../../../src/adapters/codecommit/open-codecommit.ts';
import { createOpenGitHost } from '../../../src/adapters/git-hosts/open-git-host.ts';
import { createMemorySecrets } from '../../../src/adapters/memory/secrets.ts';
import type { GitRepository } from '../../../src/domain/service.ts';
import type { OpenGitHost } from '../../../src/ports/git-host.ts';
import type { ContentionWorld } from '../../contract/git-contention.contract.ts';
import type { GitFiles, GitWorld } from '../../contract/git-host.contract.ts';
import { pastTheServer } from '../git/past-the-server.ts';

type User = Parameters<GitWorld['open']>[0];

/** A disposable repository on a real host. What is on its branch, which has to be the default one, goes away. */
export type LiveRepository = {
  readonly host: GitRepository['host'];
  readonly url: string;
  readonly branch: string;
  /** What the git command pushes to as somebody else, by force too; credentials may be in it. */
  readonly pushUrl: string;
  /** What Secrets Manager would hold; on CodeCommit nothing, where AWS's own credentials count. */
  readonly secret: string;
  /** Of a user who may only read. */
  readonly readerSecret?: string;
};

/** The repository that the variables of a host name, as SLIPWAY_LIVE_GITHUB_URL; null where they name none. */
export function liveRepository(host: GitRepository['host'], environment: NodeJS.ProcessEnv): LiveRepository | null {
  const variable = (name: string): string | undefined => environment[`SLIPWAY_LIVE_${host.toUpperCase()}_${name}`];
  const [url, pushUrl, readerSecret] = [variable('URL'), variable('PUSH_URL'), variable('READER_SECRET')];
  const secret = variable('SECRET') ?? (host === 'codecommit' ? '' : undefined);
  if (url === undefined || pushUrl === undefined || secret === undefined) return null;
  return { host, url, pushUrl, secret, branch: variable('BRANCH') ?? 'main', ...(readerSecret !== undefined && { readerSecret }) };
}

/** The repository with these files alone, and the adapter under test. */
export async function createLiveWorld(live: LiveRepository, files: GitFiles): Promise<Omit<GitWorld, 'decline' | 'protect'> & ContentionWorld> {
  const directory = await mkdtemp(join(tmpdir(), 'slipway-live-'));
  const repository = await createBareRepository(directory, files, { branch: live.branch });
  // In a file, since a list of processes shows what is on a command line.
  await appendFile(join(directory, 'config'), `[remote "origin"]\n\turl = ${live.pushUrl}\n`);
  const ref = `refs/heads/${live.branch}`;
  const git = async (...args: string[]): Promise<void> => void (await runGit(directory, args));
  const fetch = () => git('fetch', '--quiet', '--update-head-ok', 'origin', `+${ref}:${ref}`);
  await git('push', '--quiet', '--force', 'origin', `${ref}:${ref}`);
  const here = pastTheServer(repository);
  return {
    url: live.url,
    ...(live.host === 'codecommit' && { credentials: 'check the AWS credentials' }),
    open: openAs(live),
    async commit(changed) {
      await fetch();
      const revision = await here.commit(changed);
      await git('push', '--quiet', 'origin', `${ref}:${ref}`);
      return revision;
    },
    head: () => fetch().then(here.head),
    messages: () => fetch().then(here.messages),
    people: (revision) => fetch().then(() => here.people?.(revision) ?? Promise.reject(new Error('Nobody knows whom a commit names.'))),
    reset: (revision) => git('push', '--quiet', '--force', 'origin', `${revision}:${ref}`),
    stop: () => rm(directory, { recursive: true, force: true }),
  };
}

function openAs({ host, url, branch, secret, readerSecret = secret }: LiveRepository): GitWorld['open'] {
  const open = createOpenGitHost({ secrets: createMemorySecrets({ 'slipway/writer': secret, 'slipway/reader': readerSecret, 'slipway/stranger': strangersSecret(host) }) });
  return (user, overrides) => openerFor(host, user, open)({ host, url, branch, aliases: [], ...(host !== 'codecommit' && { credentials: `slipway/${user}` }), ...overrides });
}

function strangersSecret(host: GitRepository['host']): string {
  return JSON.stringify(host === 'git' ? { username: 'stranger', password: randomUUID() } : { token: randomUUID() });
}

/** On CodeCommit a stranger has other keys, not another secret. */
function openerFor(host: GitRepository['host'], user: User, open: OpenGitHost): OpenGitHost {
  if (host !== 'codecommit' || user !== 'stranger') return open;
  return createOpenCodeCommit({ connect: (region) => new CodeCommitClient({ region, maxAttempts: 1, credentials: { accessKeyId: 'AKIASTRANGER', secretAccessKey: randomUUID() } }) });
}
