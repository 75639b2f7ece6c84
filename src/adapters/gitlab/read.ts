import * as z from 'zod/mini';
import type { GitSnapshot } from '../../ports/git-host.ts';
import { apiError, ask, hostWords, readJson } from '../forge/forge.ts';
import { decodeText, isRevision, missingBranch, missingCommit, missingFile, notAFile, partsOf, placeOf } from '../forge/repository-files.ts';
import type { TokenForge } from '../forge/token-forge.ts';
import type { HttpDownload } from '../http/http-client.ts';

const Commit = z.object({ id: z.string(), message: z.string() });
const Branch = z.object({ default: z.boolean(), commit: Commit });

/** Where the API has what is in the repository; GitLab wants the whole path of a project as one segment. */
export function repositoryApi({ path }: TokenForge): string {
  return `/projects/${encodeURIComponent(path)}/repository`;
}

/** The head first, then each file at that commit. */
export async function readSnapshot(gitlab: TokenForge, paths: readonly string[], revision?: string): Promise<GitSnapshot> {
  paths.forEach(partsOf);
  const { commit, ...about } = revision === undefined ? await readBranch(gitlab) : { commit: await readCommit(gitlab, revision) };
  const texts = await Promise.all(paths.map(async (path) => [path, await readFile(gitlab, path, commit.id)] as const));
  return { revision: commit.id, message: commit.message, files: Object.fromEntries(texts), ...about };
}

/** @throws NotFoundError when there is no such branch or project */
export async function readBranch(gitlab: TokenForge) {
  const found = await findBranch(gitlab);
  if (found === null) throw missingBranch(gitlab.name, gitlab.branch);
  return found;
}

/** Null where there is no such branch. @throws NotFoundError when there is no such project */
export async function findBranch(gitlab: TokenForge) {
  const answer = await ask(gitlab, { method: 'GET', path: `${repositoryApi(gitlab)}/branches/${encodeURIComponent(gitlab.branch)}` });
  if (says(answer, 'Branch Not Found')) return null;
  if (answer.status !== 200) throw apiError(gitlab, 'read', answer);
  const { default: isDefaultBranch, commit } = readJson(gitlab, answer, Branch);
  return { commit, isDefaultBranch };
}

async function readCommit(gitlab: TokenForge, revision: string) {
  if (!isRevision(revision)) throw missingCommit(gitlab.name, revision);
  const answer = await ask(gitlab, { method: 'GET', path: `${repositoryApi(gitlab)}/commits/${revision}?stats=false` });
  if (says(answer, 'Commit Not Found')) throw missingCommit(gitlab.name, revision);
  if (answer.status !== 200) throw apiError(gitlab, 'read', answer);
  return readJson(gitlab, answer, Commit);
}

/** Bytes as they are stored. @throws NotFoundError, ConfigurationError for a folder */
export async function readFile(gitlab: TokenForge, path: string, revision: string): Promise<string> {
  const where = placeOf(gitlab.name, revision);
  const answer = await ask(gitlab, { method: 'GET', path: `${repositoryApi(gitlab)}/files/${encodeURIComponent(path)}/raw?ref=${revision}`, accept: '*/*' });
  if (answer.status === 404) throw (await isFolder(gitlab, path, revision)) ? notAFile(where, path, 'a folder') : missingFile(where, path);
  if (answer.status !== 200) throw apiError(gitlab, 'read', answer);
  return decodeText(where, path, answer.body);
}

/** To the API of files, a folder is a file that is not there. */
async function isFolder(gitlab: TokenForge, path: string, revision: string): Promise<boolean> {
  const answer = await ask(gitlab, { method: 'GET', path: `${repositoryApi(gitlab)}/tree?path=${encodeURIComponent(path)}&ref=${revision}&per_page=1` });
  return answer.status === 200 && readJson(gitlab, answer, z.array(z.unknown())).length > 0;
}

function says(answer: HttpDownload, words: string): boolean {
  return answer.status === 404 && hostWords(answer).includes(words);
}
