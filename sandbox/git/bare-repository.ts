import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runGit } from './run-git.ts';

/** Text or bytes by path; null deletes the file. */
export type CommittedFiles = Readonly<Record<string, string | Uint8Array | null>>;

/** A bare repository on disk, written and read past the server: the world's side of a scenario. */
export type BareRepository = {
  readonly directory: string;
  /** SHA that a branch, tag or (abbreviated) SHA names; null when there is none. */
  resolve(revision: string): Promise<string | null>;
  /** Commits files on top of the branch (null deletes one) and returns the new head. */
  commit(change: { branch?: string; message: string; files: CommittedFiles }): Promise<string>;
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
  await runGit(directory, ['init', '--quiet', '--bare', '--initial-branch', branch]);
  await appendFile(join(directory, 'config'), `[uploadpack]\n\tallowFilter = ${partialReads}\n\tallowAnySHA1InWant = ${partialReads}\n`);
  const repository = openBareRepository(directory, branch);
  await repository.commit({ message: 'Initial configuration', files });
  return repository;
}

/** A bare repository that is there. */
export function openBareRepository(directory: string, defaultBranch = 'main'): BareRepository {
  return {
    directory,
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

async function resolveRevision(directory: string, revision: string): Promise<string | null> {
  try {
    return (await runGit(directory, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`])).toString().trim();
  } catch {
    return null;
  }
}

/** Where somebody else's commit came in between, theirs stays and this one goes on top. */
async function commitOnHead(directory: string, change: Omit<ImportedCommit, 'parent'>): Promise<string> {
  const head = (): Promise<string | null> => resolveRevision(directory, `refs/heads/${change.branch}`);
  for (;;) {
    const parent = await head();
    try {
      return await importCommit(directory, { ...change, parent });
    } catch (error) {
      if ((await head()) === parent) throw error;
    }
  }
}

export type ImportedCommit = { readonly branch: string; readonly parent: string | null; readonly message: string; readonly files: CommittedFiles };

/** Writes one commit on its parent, moves the branch there and returns the new SHA. Needs neither index nor work tree. */
export async function importCommit(directory: string, commit: ImportedCommit): Promise<string> {
  return (await runGit(directory, ['fast-import', '--quiet', '--date-format=now'], importStream(commit))).toString().trim();
}

/** The format of git-fast-import; `get-mark` has it print the new SHA. */
function importStream({ branch, parent, message, files }: ImportedCommit): Buffer {
  const parts = [Buffer.from(`commit refs/heads/${branch}\nmark :1\ncommitter Sandbox <sandbox@example.com> now\n`), data(message)];
  if (parent !== null) parts.push(Buffer.from(`from ${parent}\n`));
  for (const [path, content] of Object.entries(files)) {
    if (/["\n]/.test(path)) throw new Error(`The path ${JSON.stringify(path)} cannot be committed here: it holds a quote or a line end.`);
    parts.push(...(content === null ? [Buffer.from(`D ${path}\n`)] : [Buffer.from(`M 100644 inline ${path}\n`), data(content)]));
  }
  return Buffer.concat([...parts, Buffer.from('\nget-mark :1\n')]);
}

function data(content: string | Uint8Array): Buffer {
  const bytes = Buffer.from(content);
  return Buffer.concat([Buffer.from(`data ${bytes.length}\n`), bytes, Buffer.from('\n')]);
}

async function readFiles(directory: string, revision: string, paths: readonly string[]): Promise<Record<string, string>> {
  if (paths.length === 0) return {};
  const batch = await runGit(directory, ['cat-file', '--batch'], paths.map((path) => `${revision}:${path}\n`).join(''));
  const files: Record<string, string> = {};
  let position = 0;
  for (const path of paths) {
    const lineEnd = batch.indexOf('\n', position);
    const header = batch.toString('utf8', position, lineEnd);
    position = lineEnd + 1;
    const blob = /^[0-9a-f]{40} blob (\d+)$/.exec(header);
    if (blob === null) continue; // `<name> missing`, which has no body
    const size = Number(blob[1]);
    files[path] = batch.toString('utf8', position, position + size);
    position += size + 1;
  }
  return files;
}

function parseLogEntry(entry: string): LogEntry {
  const [revision = '', author = '', ...message] = entry.split('\n');
  return { revision, author, message: message.join('\n').trimEnd() };
}
