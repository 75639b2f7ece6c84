import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBareRepository } from '../../../sandbox/git/bare-repository.ts';
import { runGit } from '../../../sandbox/git/run-git.ts';
import { startGitServer } from '../../../sandbox/git/start-git-server.ts';
import { createOpenGit } from '../../../src/adapters/git/open-git-host.ts';
import { createMemorySecrets, type MemorySecrets } from '../../../src/adapters/memory/secrets.ts';
import type { GitRepository } from '../../../src/domain/service.ts';
import type { OpenGitHost } from '../../../src/ports/git-host.ts';
import type { GitFiles, GitWorld } from '../../contract/git-host.contract.ts';
import { IMPATIENCE, type RefusalsWorld } from '../../contract/git-refusals.contract.ts';
import { pastTheServer } from './past-the-server.ts';

/** What the clock of the client under test always says. */
export const COMMIT_TIME = '2026-01-02T03:04:05.678Z';

export type HttpGitWorld = GitWorld & RefusalsWorld & {
  readonly directory: string;
  readonly repository: GitRepository;
  /** Secrets by the names that repository entries have. */
  readonly secrets: MemorySecrets;
  readonly openGitHost: OpenGitHost;
  git(...args: string[]): Promise<string>;
};

/** A real bare repository behind a real `git http-backend`, and the client under test. */
export async function createHttpGitWorld(files: GitFiles, { filter = true } = {}): Promise<HttpGitWorld> {
  const root = await mkdtemp(join(tmpdir(), 'slipway-git-'));
  const directory = join(root, 'config.git');
  const bare = await createBareRepository(directory, files, { partialReads: filter });
  const server = await startGitServer({
    root,
    credentials: [
      { username: 'writer', password: 'w', access: 'write' },
      { username: 'reader', password: 'r', access: 'read' },
    ],
  });
  const repository: GitRepository = { host: 'git', url: server.repositoryUrl('config'), branch: 'main', credentials: 'slipway/writer', aliases: [] };
  const secrets = gitSecrets();
  const openGitHost = createOpenGit({ secrets, now: () => COMMIT_TIME });
  const impatient = createOpenGit({ secrets, silence: IMPATIENCE });
  const git = async (...args: string[]): Promise<string> => (await runGit(directory, args)).toString();
  return {
    url: repository.url,
    directory,
    repository,
    secrets,
    openGitHost,
    git,
    open: (user, overrides) => openGitHost({ ...repository, credentials: `slipway/${user}`, ...overrides }),
    openImpatiently: (user, overrides) => impatient({ ...repository, credentials: `slipway/${user}`, ...overrides }),
    ...pastTheServer(bare),
    decline: (words) => installHook(directory, `echo "${words}" >&2; exit 1`),
    async protect() {
      await installHook(directory, 'echo "main is protected" >&2; exit 1');
      return 'main is protected';
    },
    async stop() {
      await server.stop();
      await rm(root, { recursive: true, force: true });
    },
  };
}

function gitSecrets(): MemorySecrets {
  return createMemorySecrets({
    'slipway/writer': JSON.stringify({ username: 'writer', password: 'w' }),
    'slipway/reader': JSON.stringify({ username: 'reader', password: 'r' }),
    'slipway/stranger': JSON.stringify({ username: 'stranger', password: 's' }),
    'slipway/not-json': 'writer:w',
  });
}

/** Installs a pre-receive hook of shell commands. */
export async function installHook(directory: string, commands: string): Promise<void> {
  const hook = join(directory, 'hooks', 'pre-receive');
  await writeFile(hook, `#!/bin/sh\ncat >/dev/null\n${commands}\n`);
  await chmod(hook, 0o755);
}
