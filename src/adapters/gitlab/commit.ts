import * as z from 'zod/mini';
import { ConflictError, RefusedError, type SlipwayError } from '../../domain/errors.ts';
import { oneLine } from '../../domain/one-line.ts';
import type { GitChange } from '../../ports/git-host.ts';
import { changedOrSame } from '../forge/api-host.ts';
import { apiError, ask, hostWords, readJson } from '../forge/forge.ts';
import { missingBranch } from '../forge/repository-files.ts';
import type { TokenForge } from '../forge/token-forge.ts';
import type { HttpDownload } from '../http/http-client.ts';
import { readBranch, readFile, repositoryApi } from './read.ts';

type Files = Readonly<Record<string, string>>;

const Created = z.object({ id: z.string(), parent_ids: z.array(z.string()) });

/**
 * GitLab compares files, not the branch, and not in the moment in which it commits. So the head is looked at before, and the parent of
 * what came out afterwards; where they differ, the commit stays only if what came in between leaves it right, and is taken back else.
 *
 * @param known the head's files that were read
 */
export async function commitFiles(gitlab: TokenForge, change: GitChange, known: Files): Promise<string> {
  const { commit } = await readBranch(gitlab);
  if (commit.id !== change.head) throw moved(gitlab, `it points to ${commit.id}`);
  const { id, parent_ids: parents } = await create(gitlab, { ...change, files: changedOrSame(gitlab, change.files, known) });
  const [parent] = parents;
  if (parent === undefined || parent === change.head) return id;
  if (await isHarmless(gitlab, change, parent, known)) return id;
  await takeBack(gitlab, change, { id, parent });
  throw moved(gitlab, `${id} came out on ${parent}, and was taken back`);
}

async function create(gitlab: TokenForge, { head, files, message }: GitChange): Promise<z.output<typeof Created>> {
  const actions = Object.entries(files).map(([path, text]) => ({ action: 'update', file_path: path, encoding: 'base64', content: Buffer.from(text).toString('base64'), last_commit_id: head }));
  const json = { branch: gitlab.branch, commit_message: message, actions, stats: false, ...authorOf(gitlab) };
  const answer = await ask(gitlab, { method: 'POST', path: `${repositoryApi(gitlab)}/commits`, json });
  if (answer.status !== 201) throw refusal(gitlab, answer);
  return readJson(gitlab, answer, Created);
}

/** As the API takes it; the token's user, unless another is configured. */
export function authorOf({ author }: TokenForge): { readonly author_name?: string; readonly author_email?: string } {
  return author === undefined ? {} : { author_name: author.name, author_email: author.email };
}

/** What GitLab says of a file that changed or went away, and of a branch that moved while it worked. All of it comes with 400. */
const RACES = /changed since you started editing|could not update refs|please refresh and try again|reference does not point to expected|file with this name doesn't exist/i;
const NO_BRANCH = /when you are on a branch/i;

export function refusal(gitlab: TokenForge, answer: HttpDownload): SlipwayError {
  if (answer.status !== 400) return apiError(gitlab, 'write', answer);
  const words = hostWords(answer).replace(/\.$/, '');
  if (RACES.test(words)) return moved(gitlab, words);
  if (NO_BRANCH.test(words)) return missingBranch(gitlab.name, gitlab.branch);
  return new RefusedError(`${gitlab.name} declined the commit to ${gitlab.branch}: ${words}.`);
}

function moved({ name, branch }: TokenForge, said: string): ConflictError {
  return new ConflictError(`${name}: ${branch} moved before the commit arrived: ${oneLine(said)}.`);
}

const Between = z.array(z.object({ parent_ids: z.array(z.string()), stats: z.object({ total: z.number() }) }));
const PAGE = 100;

/**
 * Whether what was committed between the head and our commit's parent leaves ours right: it stands on the head, no file of ours is
 * among it unless it says there what ours says (our own commit, whose answer was lost and which came late), and none of it is a commit of nothing, which is how a newer release says that this one comes too late.
 */
async function isHarmless(gitlab: TokenForge, { head, files }: GitChange, parent: string, known: Files): Promise<boolean> {
  const answer = await ask(gitlab, { method: 'GET', path: `${repositoryApi(gitlab)}/commits?ref_name=${head}..${parent}&with_stats=true&per_page=${PAGE}` });
  if (answer.status !== 200) throw apiError(gitlab, 'read', answer);
  const between = readJson(gitlab, answer, Between);
  if (between.length >= PAGE || !between.some(({ parent_ids }) => parent_ids.includes(head)) || between.some(({ stats }) => stats.total === 0)) return false;
  const right = await Promise.all(Object.entries(files).map(async ([path, ours]) => [known[path], ours].includes(await readFile(gitlab, path, parent))));
  return !right.includes(false);
}

/** Puts back what the others had written, unless they have written again since. */
async function takeBack(gitlab: TokenForge, { files }: GitChange, { id, parent }: { readonly id: string; readonly parent: string }): Promise<void> {
  const theirs = await Promise.all(Object.keys(files).map(async (path) => [path, await readFile(gitlab, path, parent)] as const));
  if (theirs.length === 0) return;
  try {
    await create(gitlab, { head: id, files: Object.fromEntries(theirs), message: `Take back ${id}\n\nThe branch had moved when it arrived.\n` });
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error;
  }
}
