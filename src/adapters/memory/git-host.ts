import { commitPage } from '../../domain/git-url.ts';
import { ConfigurationError, ConflictError, ForbiddenError, NotFoundError, RefusedError, UnauthorizedError } from '../../domain/errors.ts';
import type { GitRepository } from '../../domain/service.ts';
import type { GitBatch, GitChange, GitHost, GitSnapshot, OpenGitHost } from '../../ports/git-host.ts';

export type MemoryFiles = Readonly<Record<string, string | Uint8Array>>;

type Revision = { readonly id: string; readonly message: string; readonly files: MemoryFiles };

/** One branch of a repository, seen from the other side of the port. */
export type MemoryRepository = {
  head(): string;
  /** Messages of all its commits, newest first. */
  messages(): readonly string[];
  /** Another person's commit on top of the head. */
  commit(files: MemoryFiles, message?: string): string;
  /** Moves the branch to another of its commits. */
  reset(revision: string): void;
  /** From now on pushes are declined in these words, all or those with a commit that says so; null takes them again. */
  decline(words: string | null, ofMessage?: string): void;
};

export type MemoryRepositoryOptions = {
  readonly branch?: string;
  readonly files: MemoryFiles;
  /** What the user of each secret may do; without it anybody may write. */
  readonly access?: Readonly<Record<string, 'read' | 'write'>>;
};

export type MemoryGitHosts = { readonly open: OpenGitHost; add(url: string, options: MemoryRepositoryOptions): MemoryRepository };

type Stored = { readonly branch: string; readonly access: MemoryRepositoryOptions['access']; readonly revisions: Revision[]; head: Revision | null; declines: (message: string) => string | null };

/** Git repositories in this process. */
export function createMemoryGitHosts(): MemoryGitHosts {
  const repositories = new Map<string, Stored>();
  return {
    async open(repository) {
      return createMemoryGitHost(repository, () => repositories.get(repository.url));
    },
    add(url, { branch = 'main', files, access }) {
      const stored: Stored = { branch, access, revisions: [], head: null, declines: () => null };
      append(stored, 'Initial configuration\n', files);
      repositories.set(url, stored);
      return {
        head: () => headOf(stored).id,
        messages: () => stored.revisions.map(({ message }) => message).reverse(),
        commit: (changed, message = 'Another change\n') => append(stored, message, { ...headOf(stored).files, ...changed }),
        reset: (revision) => void (stored.head = stored.revisions.find(({ id }) => id === revision) ?? headOf(stored)),
        decline: (words, ofMessage = '') => void (stored.declines = (message) => (message.includes(ofMessage) ? words : null)),
      };
    },
  };
}

function append(stored: Stored, message: string, files: MemoryFiles): string {
  const id = (stored.revisions.length + 1).toString(16).padStart(40, '0');
  stored.head = { id, message, files };
  stored.revisions.push(stored.head);
  return id;
}

function headOf({ head }: Stored): Revision {
  if (head === null) throw new Error('A repository in memory always has a commit.');
  return head;
}

function createMemoryGitHost(repository: GitRepository, find: () => Stored | undefined): GitHost {
  const name = `Git repository ${repository.url}`;

  function enter(right: 'read' | 'write'): Stored {
    const stored = find();
    if (stored === undefined) throw new NotFoundError(`${name} does not exist.`);
    checkAccess(name, stored, repository.credentials, right);
    if (stored.branch !== repository.branch) throw new NotFoundError(`${name} has no branch ${repository.branch}.`);
    return stored;
  }

  function commitEach({ head, commits }: GitBatch): readonly string[] {
    const stored = enter('write');
    for (const path of commits.flatMap(({ files }) => Object.keys(files))) readText(name, headOf(stored), path);
    if (headOf(stored).id !== head) throw new ConflictError(`${name}: ${repository.branch} moved before the push arrived.`);
    const words = commits.map(({ message }) => stored.declines(message)).find((one) => one !== null);
    if (words !== undefined) throw new RefusedError(`${name} declined the push to ${repository.branch}: ${words}.`);
    return commits.map(({ files, message }) => append(stored, `${message.trimEnd()}\n`, { ...headOf(stored).files, ...files }));
  }

  return {
    async read(paths, revision): Promise<GitSnapshot> {
      const stored = enter('read');
      const found = revision === undefined ? headOf(stored) : stored.revisions.find(({ id }) => id === revision);
      if (found === undefined) throw new NotFoundError(`${name} has no commit ${revision}.`);
      const files = Object.fromEntries(paths.map((path) => [path, readText(name, found, path)]));
      return { revision: found.id, message: found.message, files, ...(revision === undefined ? { isDefaultBranch: true } : {}) };
    },
    async commit({ head, ...change }: GitChange) {
      const [revision = ''] = commitEach({ head, commits: [change] });
      return revision;
    },
    commitEach: async (batch) => commitEach(batch),
    async recent(revision, limit) {
      const { revisions } = enter('read');
      const last = revisions.findIndex(({ id }) => id === revision);
      return revisions.slice(0, last + 1).reverse().slice(0, limit).map(({ id, message }) => ({ revision: id, message }));
    },
    link: (revision) => commitPage(repository.url, revision),
  };
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
