import { randomUUID } from 'node:crypto';
import { runGit } from '../../../sandbox/git/run-git.ts';

/** What a tree holds under one path. */
export type StoredEntry = { readonly mode: string; readonly type: 'blob' | 'tree' | 'commit'; readonly id: string };

/** Commit that a branch points to, or null. */
export async function branchHead(directory: string, branch: string): Promise<string | null> {
  return resolve(directory, `refs/heads/${branch}`);
}

/** Whether there is such a commit. */
export async function hasCommit(directory: string, revision: string): Promise<boolean> {
  return /^[0-9a-f]{40}$/.test(revision) && (await resolve(directory, revision)) !== null;
}

async function resolve(directory: string, revision: string): Promise<string | null> {
  try {
    return (await runGit(directory, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`])).toString().trim();
  } catch {
    return null;
  }
}

export async function commitMessage(directory: string, revision: string): Promise<string> {
  return (await runGit(directory, ['log', '-1', '--format=%B', revision])).toString().replace(/\n$/, '');
}

export async function parentsOf(directory: string, revision: string): Promise<readonly string[]> {
  return (await runGit(directory, ['log', '-1', '--format=%P', revision])).toString().trim().split(' ').filter(Boolean);
}

/** The entry of a path, which is taken literally; null where there is none. */
export async function entryAt(directory: string, revision: string, path: string): Promise<StoredEntry | null> {
  const listed = (await runGit(directory, ['--literal-pathspecs', 'ls-tree', '-z', '--full-tree', revision, '--', path])).toString();
  const found = /^(\d+) (blob|tree|commit) ([0-9a-f]{40})\t/.exec(listed);
  if (found === null) return null;
  const [, mode = '', type = '', id = ''] = found;
  return type === 'blob' || type === 'tree' || type === 'commit' ? { mode, type, id } : null;
}

export async function blobBytes(directory: string, id: string): Promise<Buffer> {
  return runGit(directory, ['cat-file', 'blob', id]);
}

/** The last commit that touched a path, as seen from a revision; null where none did. */
export async function lastCommitOf(directory: string, revision: string, path: string): Promise<string | null> {
  const found = (await runGit(directory, ['--literal-pathspecs', 'log', '-1', '--format=%H', revision, '--', path])).toString().trim();
  return found === '' ? null : found;
}

export type NewCommit = {
  readonly parent: string;
  readonly message: string;
  readonly files: Readonly<Record<string, Uint8Array>>;
  /** Modes of files that are there, by path; contents stay. */
  readonly modes?: Readonly<Record<string, string>>;
};

/** Writes a commit to which nothing points yet. */
export async function writeCommit(directory: string, { parent, message, files, modes = {} }: NewCommit): Promise<string> {
  const ref = `refs/stand-in/${randomUUID()}`;
  const text = Buffer.from(message);
  const parts = [Buffer.from(`commit ${ref}\ncommitter Forge <forge@example.com> now\ndata ${text.length}\n`), text, Buffer.from(`\nfrom ${parent}\n`)];
  for (const [path, content] of Object.entries(files)) parts.push(Buffer.from(`M 100644 inline ${path}\ndata ${content.length}\n`), Buffer.from(content), Buffer.from('\n'));
  for (const [path, mode] of Object.entries(modes)) parts.push(Buffer.from(`M ${mode} ${(await entryAt(directory, parent, path))?.id} ${path}\n`));
  await runGit(directory, ['fast-import', '--quiet', '--date-format=now'], Buffer.concat(parts));
  const revision = (await runGit(directory, ['rev-parse', ref])).toString().trim();
  await runGit(directory, ['update-ref', '-d', ref]);
  return revision;
}

/** Moves a branch if it still points to `from`; whether it did. */
export async function moveBranch(directory: string, branch: string, from: string, to: string): Promise<boolean> {
  try {
    await runGit(directory, ['update-ref', `refs/heads/${branch}`, to, from]);
    return true;
  } catch {
    return false;
  }
}
