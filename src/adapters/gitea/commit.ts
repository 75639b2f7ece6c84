import * as z from 'zod/mini';
import { ConfigurationError, ConflictError, RefusedError, SlipwayError } from '../../domain/errors.ts';
import { oneLine } from '../../domain/one-line.ts';
import type { GitChange } from '../../ports/git-host.ts';
import { noAccess } from '../forge/answer-error.ts';
import { changedOrSame } from '../forge/api-host.ts';
import { asideFor } from '../forge/aside-branch.ts';
import { apiError, ask, hostWords, readJson } from '../forge/forge.ts';
import { missingBranch } from '../forge/repository-files.ts';
import type { TokenForge } from '../forge/token-forge.ts';
import { objectId } from '../git/objects.ts';
import type { HttpDownload } from '../http/http-client.ts';
import { readBranch, repositoryApi, segments } from './read.ts';

type Files = Readonly<Record<string, string>>;

const Created = z.object({ commit: z.object({ sha: z.string(), parents: z.array(z.object({ sha: z.string() })) }) });

/**
 * Gitea's contents API compares files, not the branch. So the commit is made on a branch of its own, its parent is looked at, and the
 * branch itself is moved there by a request that compares and swaps; the other branch goes away again.
 *
 * @param known the head's files that were read
 */
export async function commitFiles(gitea: TokenForge, change: GitChange, known: Files): Promise<string> {
  const aside = asideFor(gitea.branch, change.message);
  const { commit } = await createAside(gitea, aside, change, known);
  try {
    const [parent] = commit.parents;
    if (parent?.sha !== change.head) throw moved(gitea, `it points to ${parent?.sha}`);
    await moveBranch(gitea, change.head, commit.sha);
    return commit.sha;
  } finally {
    await removeAside(gitea, aside);
  }
}

/**
 * A commit on top of the branch as it is now, on a branch of its own. One that an earlier try left behind is
 * taken over.
 */
export async function createAside(gitea: TokenForge, aside: string, { files, message }: Pick<GitChange, 'files' | 'message'>, known: Files, force = true): Promise<z.output<typeof Created>> {
  const operations = Object.entries(changedOrSame(gitea, files, known)).map(([path, text]) => ({
    operation: 'update',
    path,
    content: Buffer.from(text).toString('base64'),
    sha: objectId({ type: 'blob', body: Buffer.from(known[path] ?? '') }),
  }));
  // Whom it does not name is the one whom it does, or else the token's user.
  const { branch, author, committer } = gitea;
  const json = { branch, new_branch: aside, force_push: force, message, files: operations, author, committer };
  const answer = await ask(gitea, { method: 'POST', path: `${repositoryApi(gitea)}/contents`, json });
  if (answer.status !== 201) throw await refusal(gitea, answer);
  return readJson(gitea, answer, Created);
}

/** Gitea has no words of its own for who lost the race at the last moment, so then the branch is looked at. */
export async function moveBranch(gitea: TokenForge, from: string, to: string, force = false): Promise<void> {
  const json = { old_commit_id: from, new_commit_id: to, ...(force && { force }) };
  const answer = await ask(gitea, { method: 'PUT', path: `${repositoryApi(gitea)}/branches/${segments(gitea.branch)}`, json });
  if (answer.status === 204) return;
  if (answer.status === 405) throw new ConfigurationError(`${gitea.name} is on a server that cannot move a branch by its API, as Gitea 1.26 can; use host: git for it.`);
  if (saysNothing(answer)) {
    const head = await readBranch(gitea);
    if (head?.id === to) return;
    if (head?.id !== from) throw moved(gitea, `it points to ${head?.id}`);
  }
  throw await refusal(gitea, answer);
}

/** A failure inside Gitea, and a push that git itself refused: no hook, which would have said why. */
function saysNothing(answer: HttpDownload): boolean {
  return answer.status === 500 || (answer.status === 403 && hostWords(answer) === 'push is rejected');
}

/** What Gitea says of a race: a file or branch that is not what it was (422), and a ref that another push holds (403). */
const RACES = /sha does not match|branch already exists|branch commit does not match|need a confirm force|cannot lock ref|object does not exist/i;
const NO_ACCESS = /permission|required scope|cannot commit to repo|is archived/i;

async function refusal(gitea: TokenForge, answer: HttpDownload): Promise<SlipwayError> {
  const { status } = answer;
  const words = hostWords(answer).replace(/\.$/, '');
  if (RACES.test(words)) return moved(gitea, words);
  if (status === 404) return (await readBranch(gitea)) === null ? missingBranch(gitea.name, gitea.branch) : moved(gitea, words);
  if (status === 403 && NO_ACCESS.test(words)) return noAccess(gitea, 'write', `HTTP 403: ${words}`);
  if (status === 403 || status === 422 || status === 423) return new RefusedError(`${gitea.name} declined the commit to ${gitea.branch}: ${words}.`);
  return apiError(gitea, 'write', answer);
}

function moved({ name, branch }: TokenForge, said: string): ConflictError {
  return new ConflictError(`${name}: ${branch} moved before the commit arrived: ${oneLine(said)}.`);
}

/** A branch that stays behind does no harm: what became of the commit counts. */
export async function removeAside(gitea: TokenForge, aside: string): Promise<void> {
  try {
    await ask(gitea, { method: 'DELETE', path: `${repositoryApi(gitea)}/branches/${segments(aside)}` });
  } catch (error) {
    if (!(error instanceof SlipwayError)) throw error;
  }
}
