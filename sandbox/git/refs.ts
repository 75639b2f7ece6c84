import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runGit } from './run-git.ts';
import { isId, readCommit, readIfThere } from './stored-objects.ts';

/** The commit that a branch points to; null when there is no such branch. */
export function branchHead(directory: string, branch: string): string | null {
  const text = readIfThere(fileOf(directory, branch))?.toString('latin1').trim() ?? '';
  return isId(text) ? text : packedHead(directory, branch);
}

/** `git gc` moves all branches into one file. */
function packedHead(directory: string, branch: string): string | null {
  const lines = readIfThere(join(directory, 'packed-refs'))?.toString().split('\n') ?? [];
  return lines.find((line) => line.endsWith(` refs/heads/${branch}`))?.split(' ', 1)[0] ?? null;
}

/** The commit that a branch, a tag, or any other name of git's stands for; null when it stands for none. */
export async function resolveRevision(directory: string, name: string): Promise<string | null> {
  const known = (await readCommit(directory, name))?.id ?? branchHead(directory, name.replace(/^refs\/heads\//, ''));
  if (known !== null) return known;
  try {
    return (await runGit(directory, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`])).toString().trim();
  } catch {
    return null;
  }
}

export type Move = { readonly branch: string; readonly from: string | null; readonly to: string };

/** Moves a branch that points to `from` still, by git's own protocol: who has made its lock file writes it. Whether it was moved. */
export function moveBranch(directory: string, { branch, from, to }: Move): boolean {
  const file = fileOf(directory, branch);
  mkdirSync(dirname(file), { recursive: true });
  try {
    writeFileSync(`${file}.lock`, `${to}\n`, { flag: 'wx' });
  } catch {
    return false;
  }
  if (branchHead(directory, branch) === from) {
    renameSync(`${file}.lock`, file);
    return true;
  }
  rmSync(`${file}.lock`);
  return false;
}

/** The commit that it pointed to; null when there was no such branch. Git itself removes it, since it may be packed. */
export async function removeBranch(directory: string, branch: string): Promise<string | null> {
  const head = branchHead(directory, branch);
  if (head !== null) await runGit(directory, ['update-ref', '-d', `refs/heads/${branch}`, head]);
  return head;
}

function fileOf(directory: string, branch: string): string {
  return join(directory, 'refs', 'heads', branch);
}
