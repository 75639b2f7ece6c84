import { commitPage } from '../../domain/git-url.ts';
import { ConfigurationError, ConflictError, ForbiddenError, NotFoundError, RefusedError, UnauthorizedError } from '../../domain/errors.ts';
import type { GitRepository } from '../../domain/service.ts';
import type { GitChange, GitHost, GitSnapshot, OpenGitHost } from '../../ports/git-host.ts';
import type { OpenPullRequests } from '../../ports/pull-requests.ts';
import { createMemoryPullRequests, type MemoryPulls, pullsOf } from './pull-requests.ts';
import { append, headOf, type MemoryFiles, type MemoryRepositoryOptions, type Revision, type Stored } from './stored-repository.ts';

export type { MemoryFiles, MemoryRepositoryOptions } from './stored-repository.ts';

/** One branch of a repository, seen from the other side of the port. */
export type MemoryRepository = {
  head(): string;
  /** Messages of all its commits, newest first. */
  messages(): readonly string[];
  /** Another person's commit on top of the head. */
  commit(files: MemoryFiles, message?: string): string;
  /** Moves the branch to another of its commits. */
  reset(revision: string): void;
  /** From now on pushes are declined in these words; null takes them again. */
  decline(words: string | null): void;
  readonly pulls: MemoryPulls;
};

export type MemoryGitHosts = { readonly open: OpenGitHost; readonly openPullRequests: OpenPullRequests; add(url: string, options: MemoryRepositoryOptions): MemoryRepository };

/** Git repositories in this process. */
export function createMemoryGitHosts(): MemoryGitHosts {
  const repositories = new Map<string, Stored>();
  return {
    async open(repository) {
      return createMemoryGitHost(repository, () => repositories.get(repository.url));
    },
    async openPullRequests(repository) {
      const right = (access: 'read' | 'write') => enterRepository(repository, repositories.get(repository.url), access);
      return createMemoryPullRequests(repository, right);
    },
    add(url, { branch = 'main', files, access }) {
      const stored: Stored = { branch, access, revisions: [], pulls: { heads: new Map(), opened: [], pendingChecks: false }, head: null, declined: null };
      append(stored, 'Initial configuration\n', files);
      repositories.set(url, stored);
      return {
        head: () => headOf(stored).id,
        messages: () => stored.revisions.map(({ message }) => message).reverse(),
        commit: (changed, message = 'Another change\n') => append(stored, message, { ...headOf(stored).files, ...changed }),
        reset: (revision) => void (stored.head = stored.revisions.find(({ id }) => id === revision) ?? headOf(stored)),
        decline: (words) => void (stored.declined = words),
        pulls: pullsOf(stored),
      };
    },
  };
}

function createMemoryGitHost(repository: GitRepository, find: () => Stored | undefined): GitHost {
  const name = `Git repository ${repository.url}`;
  const enter = (right: 'read' | 'write') => enterRepository(repository, find(), right);

  return {
    async read(paths, revision): Promise<GitSnapshot> {
      const stored = enter('read');
      const found = revision === undefined ? headOf(stored) : stored.revisions.find(({ id }) => id === revision);
      if (found === undefined) throw new NotFoundError(`${name} has no commit ${revision}.`);
      const files = Object.fromEntries(paths.map((path) => [path, readText(name, found, path)]));
      return { revision: found.id, message: found.message, files, ...(revision === undefined ? { isDefaultBranch: true } : {}) };
    },
    async commit({ head, files, message }: GitChange) {
      const stored = enter('write');
      for (const path of Object.keys(files)) readText(name, headOf(stored), path);
      if (headOf(stored).id !== head) throw new ConflictError(`${name}: ${repository.branch} moved before the push arrived.`);
      if (stored.declined !== null) throw new RefusedError(`${name} declined the push to ${repository.branch}: ${stored.declined}.`);
      return append(stored, `${message.trimEnd()}\n`, { ...headOf(stored).files, ...files });
    },
    link: (revision) => commitPage(repository.url, revision),
  };
}

function enterRepository({ url, branch, credentials }: GitRepository, stored: Stored | undefined, right: 'read' | 'write'): Stored {
  const name = `Git repository ${url}`;
  if (stored === undefined) throw new NotFoundError(`${name} does not exist.`);
  checkAccess(name, stored, credentials, right);
  if (stored.branch !== branch) throw new NotFoundError(`${name} has no branch ${branch}.`);
  return stored;
}

function checkAccess(name: string, { access }: Stored, secret: string | undefined, right: 'read' | 'write'): void {
  if (access === undefined) return;
  const granted = secret === undefined ? undefined : access[secret];
  if (granted === undefined) throw new UnauthorizedError(`${name} does not accept the credentials of secret ${secret ?? '(none)'}.`);
  if (right === 'write' && granted === 'read') throw new ForbiddenError(`${name} does not let the user of secret ${secret} write.`);
}

function readText(name: string, { id, files }: Revision, path: string): string {
  const content = files[path];
  if (content === undefined && Object.keys(files).some((file) => file.startsWith(`${path}/`))) throw new ConfigurationError(`${path} in ${name} at ${id} is a folder; name a file.`);
  if (content === undefined) throw new NotFoundError(`${name} at ${id} has no file ${path}.`);
  if (typeof content === 'string') return content;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content);
  } catch {
    throw new ConfigurationError(`${path} in ${name} at ${id} is not UTF-8.`);
  }
}
