import { randomUUID } from 'node:crypto';
import { createRepository, type GiteaRepository } from '../../../lab/git/gitea-repository.ts';
import { createUser, deleteUser, type GiteaCredentials } from '../../../lab/git/gitea-users.ts';
import type { GiteaInstallation } from '../../../lab/git/start-gitea.ts';
import { createOpenGit } from '../../../src/adapters/git/open-git-host.ts';
import { createOpenGitea } from '../../../src/adapters/gitea/open-gitea.ts';
import { createMemorySecrets } from '../../../src/adapters/memory/secrets.ts';
import type { GitRepository } from '../../../src/domain/service.ts';
import type { GitHost } from '../../../src/ports/git-host.ts';
import type { GitFiles, GitWorld } from '../../contract/git-host.contract.ts';
import { peopleOf } from './past-the-server.ts';

/** Users of the forge for one test file. */
export type GiteaPeople = {
  /** May push to each repository. */
  readonly writer: GiteaCredentials;
  /** May read each repository. */
  readonly reader: GiteaCredentials;
  /** May push, but not with this token. */
  readonly cautious: GiteaCredentials;
  /** Is known to the forge and may read no repository. */
  readonly outsider: GiteaCredentials;
  remove(): Promise<void>;
};

export async function createPeople(gitea: GiteaInstallation): Promise<GiteaPeople> {
  const suffix = randomUUID().slice(0, 8);
  const [writer, reader, cautious, outsider] = await Promise.all([
    createUser(gitea, `writer-${suffix}`),
    createUser(gitea, `reader-${suffix}`),
    createUser(gitea, `cautious-${suffix}`, 'read'),
    createUser(gitea, `outsider-${suffix}`),
  ]);
  const remove = async () => {
    for (const { username } of [writer, reader, cautious, outsider]) await deleteUser(gitea, username);
  };
  return { writer, reader, cautious, outsider, remove };
}

export type GiteaUser = 'writer' | 'reader' | 'cautious' | 'outsider' | 'stranger' | 'anonymous';

export type GiteaWorld = Omit<GitWorld, 'open'> & {
  readonly forge: GiteaRepository;
  open(user: GiteaUser, overrides?: Partial<GitRepository>): Promise<GitHost>;
};

/**
 * A private repository on the forge, and the client under test.
 *
 * @param host over smart HTTP, or by Gitea's API
 */
export async function createGiteaWorld(gitea: GiteaInstallation, people: GiteaPeople, files: GitFiles, host: 'git' | 'gitea' = 'git'): Promise<GiteaWorld> {
  const forge = await createRepository(gitea, `config-${randomUUID().slice(0, 8)}`, files);
  await forge.grant(people.writer.username, 'write');
  await forge.grant(people.cautious.username, 'write');
  await forge.grant(people.reader.username, 'read');
  const stranger = { username: people.writer.username, password: randomUUID() };
  const users: Readonly<Record<Exclude<GiteaUser, 'anonymous'>, GiteaCredentials>> = { ...people, stranger };
  const secrets = Object.fromEntries(Object.entries(users).map(([user, credentials]) => [`slipway/${user}`, JSON.stringify(host === 'git' ? credentials : { token: credentials.password })]));
  const openGitHost = (host === 'git' ? createOpenGit : createOpenGitea)({ secrets: createMemorySecrets(secrets) });
  const repository: GitRepository = { host, url: forge.url, branch: 'main', aliases: [] };
  return {
    url: forge.url,
    forge,
    open: (user, overrides) => openGitHost({ ...repository, ...(user === 'anonymous' ? {} : { credentials: `slipway/${user}` }), ...overrides }),
    commit: (changed) => forge.commit({ message: 'Another change\n', files: changed }),
    head: async () => (await forge.resolve('refs/heads/main')) ?? '',
    reset: (revision) => forge.reset(revision),
    people: (revision) => peopleOf(forge.directory, revision),
    decline: (words) => forge.installHook(`echo "${words}" >&2; exit 1`),
    async protect() {
      await forge.protectBranch();
      return 'Not allowed to push to protected branch main';
    },
    stop: () => forge.remove(),
  };
}
