import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runGit } from './run-git.ts';
import { branchHead, moveBranch, resolveRevision } from './refs.ts';
import { entryAt, readBlob } from './stored-objects.ts';
import { type NewCommit, writeCommit } from './write-objects.ts';

/** A bare repository on disk, written and read past the server: the world's side of a scenario. */
export type BareRepository = {
  readonly directory: string;
  /** What its HEAD names. */
  readonly defaultBranch: string;
  /** SHA that a branch, tag or (abbreviated) SHA names; null when there is none. */
  resolve(revision: string): Promise<string | null>;
  /** Commits files on top of the branch (null deletes one) and returns the new head. */
  commit(change: { branch?: string; message: string; files: NewCommit['files'] }): Promise<string>;
  /** Text of each file at the revision; a file that is not there is left out. */
  readFiles(revision: string, paths: readonly string[]): Promise<Record<string, string>>;
  /** Paths of all files under a folder, or of all files. */
  listFiles(revision: string, folder?: string): Promise<string[]>;
  /** Newest first. */
  log(branch?: string): Promise<LogEntry[]>;
};

export type LogEntry = { readonly revision: string; readonly author: string; readonly message: string };

export type RepositoryOptions = {
  readonly branch?: string;
  /** Off for a server that can neither filter objects nor serve any SHA, as a stock `git http-backend`. Default on. */
  readonly partialReads?: boolean;
};

/** Creates a bare repository that holds `files` as its one commit. */
export async function createBareRepository(
  directory: string,
  files: Readonly<Record<string, string | Uint8Array>>,
  { branch = 'main', partialReads = true }: RepositoryOptions = {},
): Promise<BareRepository> {
  await writeSkeleton(directory, branch, partialReads);
  const repository = openBareRepository(directory, branch);
  await repository.commit({ message: 'Initial configuration', files });
  return repository;
}

/** What `git init --bare` makes, without the process and without its examples. Nothing is ever packed behind a push. */
async function writeSkeleton(directory: string, branch: string, partialReads: boolean): Promise<void> {
  await Promise.all(['objects', 'refs/heads', 'hooks'].map((folder) => mkdir(join(directory, folder), { recursive: true })));
  await writeFile(join(directory, 'HEAD'), `ref: refs/heads/${branch}\n`);
  const sections = ['[core]', 'repositoryFormatVersion = 0', 'bare = true', '[uploadpack]', `allowFilter = ${partialReads}`, `allowAnySHA1InWant = ${partialReads}`, '[receive]', 'autoGc = false', ''];
  await writeFile(join(directory, 'config'), sections.join('\n'));
}

/** A bare repository that is there. */
export function openBareRepository(directory: string, defaultBranch = 'main'): BareRepository {
  return {
    directory,
    defaultBranch,
    resolve: (revision) => resolveRevision(directory, revision),
    commit: ({ branch = defaultBranch, message, files }) => commitOnHead(directory, { branch, message, files }),
    readFiles: (revision, paths) => readFiles(directory, revision, paths),
    async listFiles(revision, folder) {
      const listed = await runGit(directory, ['ls-tree', '-r', '-z', '--name-only', revision, ...(folder === undefined ? [] : [`${folder}/`])]);
      return listed.toString().split('\0').filter(Boolean);
    },
    async log(branch = defaultBranch) {
      const log = await runGit(directory, ['log', '-z', '--format=%H%n%an <%ae>%n%B', branch, '--']);
      return log.toString().split('\0').filter(Boolean).map(parseLogEntry);
    },
  };
}

/** Where somebody else's commit came in between, theirs stays and this one goes on top. */
async function commitOnHead(directory: string, change: Omit<NewCommit, 'parent'> & { readonly branch: string }): Promise<string> {
  for (;;) {
    const parent = branchHead(directory, change.branch);
    const revision = await commitIfHead(directory, { ...change, parent });
    if (revision !== null) return revision;
  }
}

/** Commits where the branch points to the parent still; null where it does not, or somebody else is moving it. */
export async function commitIfHead(directory: string, { branch, ...commit }: NewCommit & { readonly branch: string }): Promise<string | null> {
  if (branchHead(directory, branch) !== commit.parent) return null;
  const revision = await writeCommit(directory, commit);
  return moveBranch(directory, { branch, from: commit.parent, to: revision }) ? revision : null;
}

async function readFiles(directory: string, revision: string, paths: readonly string[]): Promise<Record<string, string>> {
  const id = paths.length === 0 ? null : await resolveRevision(directory, revision);
  if (id === null) return {};
  const files: Record<string, string> = {};
  for (const path of paths) {
    const entry = await entryAt(directory, id, path);
    if (entry?.type === 'blob') files[path] = (await readBlob(directory, entry.id)).toString();
  }
  return files;
}

function parseLogEntry(entry: string): LogEntry {
  const [revision = '', author = '', ...message] = entry.split('\n');
  return { revision, author, message: message.join('\n').trimEnd() };
}
