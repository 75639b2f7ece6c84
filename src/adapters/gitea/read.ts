import * as z from 'zod/mini';
import type { GitSnapshot } from '../../ports/git-host.ts';
import { apiError, ask, readJson } from '../forge/forge.ts';
import { decodeText, isRevision, missingBranch, missingCommit, missingFile, notAFile, partsOf, placeOf } from '../forge/repository-files.ts';
import type { TokenForge } from '../forge/token-forge.ts';

const Repository = z.object({ default_branch: z.string() });
const Branch = z.object({ commit: z.object({ id: z.string(), message: z.string() }) });
const Commit = z.object({ sha: z.string(), commit: z.object({ message: z.string() }) });
const Content = z.object({ type: z.string(), content: z.nullable(z.string()) });

export function repositoryApi({ path }: TokenForge): string {
  return `/repos/${segments(path)}`;
}

/** A path or branch in a URL: its folders stay segments. */
export function segments(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}

/** The head first, then each file at that commit. */
export async function readSnapshot(gitea: TokenForge, paths: readonly string[], revision?: string): Promise<GitSnapshot> {
  paths.forEach(partsOf);
  const { commit, ...about } = revision === undefined ? await readHead(gitea) : { commit: await readCommit(gitea, revision) };
  const texts = await Promise.all(paths.map(async (path) => [path, await readFile(gitea, path, commit.id)] as const));
  return { revision: commit.id, message: commit.message, files: Object.fromEntries(texts), ...about };
}

/** The repository says which branch is its default one, and whether it is there at all. */
async function readHead(gitea: TokenForge) {
  const [repository, commit] = await Promise.all([ask(gitea, { method: 'GET', path: repositoryApi(gitea) }), readBranch(gitea)]);
  if (repository.status !== 200) throw apiError(gitea, 'read', repository);
  if (commit === null) throw missingBranch(gitea.name, gitea.branch);
  return { commit, isDefaultBranch: readJson(gitea, repository, Repository).default_branch === gitea.branch };
}

/** Commit that the branch points to; null where the branch, or the repository, is not there. */
export async function readBranch(gitea: TokenForge) {
  const answer = await ask(gitea, { method: 'GET', path: `${repositoryApi(gitea)}/branches/${segments(gitea.branch)}` });
  if (answer.status === 404) return null;
  if (answer.status !== 200) throw apiError(gitea, 'read', answer);
  return readJson(gitea, answer, Branch).commit;
}

async function readCommit(gitea: TokenForge, revision: string) {
  if (!isRevision(revision)) throw missingCommit(gitea.name, revision);
  const answer = await ask(gitea, { method: 'GET', path: `${repositoryApi(gitea)}/git/commits/${revision}?stat=false&verification=false&files=false` });
  if (answer.status === 404) throw missingCommit(gitea.name, revision);
  if (answer.status !== 200) throw apiError(gitea, 'read', answer);
  const { sha, commit } = readJson(gitea, answer, Commit);
  return { id: sha, message: commit.message };
}

async function readFile(gitea: TokenForge, path: string, revision: string): Promise<string> {
  const where = placeOf(gitea.name, revision);
  const answer = await ask(gitea, { method: 'GET', path: `${repositoryApi(gitea)}/contents/${segments(path)}?ref=${revision}` });
  if (answer.status === 404) throw missingFile(where, path);
  if (answer.status !== 200) throw apiError(gitea, 'read', answer);
  const found = readJson(gitea, answer, z.union([Content, z.array(z.unknown())]));
  if (!('type' in found)) throw notAFile(where, path, 'a folder');
  if (found.type !== 'file' || found.content === null) throw notAFile(where, path, found.type === 'file' ? 'too large for the API' : `a ${found.type}`);
  return decodeText(where, path, Buffer.from(found.content, 'base64'));
}
