import { branchHead, moveBranch, removeBranch } from '../../../sandbox/git/refs.ts';
import { entryAt, readBlob, readCommit } from '../../../sandbox/git/stored-objects.ts';
import { type Person, writeCommit } from '../../../sandbox/git/write-objects.ts';
import { answerPulls } from './gitea-pulls.ts';
import { type ForgeAnswer, type ForgeCall, startForgeServer } from './forge-server.ts';
import type { ForgeState, ForgeUser, StandIn } from './forge-world.ts';

const WEB = 'http://forge/api/swagger';

/** API of Gitea 1.26 for `team/config`, as far as it is in use. */
export async function startGitea(state: ForgeState): Promise<StandIn> {
  return startForgeServer('Gitea', async (call) => {
    if (state.limitedUntil !== null) return { status: 429, text: 'Too Many Requests', headers: { 'x-ratelimit-reset': String(state.limitedUntil) } };
    const user = state.tokens.get(/^token (.+)$/.exec(call.headers.authorization ?? '')?.[1] ?? '');
    if (user === undefined) return message(401, 'user does not exist [uid: 0, name: ]');
    const path = decodeURIComponent(call.path);
    const [, repository, , rest = ''] = /^\/api\/v1\/repos\/([^/]+\/[^/]+)(\/(.+))?$/.exec(path) ?? [];
    if (repository === undefined) return null;
    if (repository !== 'team/config') return message(404, 'not found');
    const aboutPulls = await answerPulls(state, rest, call, user === 'reader');
    if (aboutPulls !== null) return aboutPulls;
    if (call.method === 'GET' && rest === '') return { status: 200, json: about(state, user) };
    if (call.method === 'GET') return read(state, rest, call);
    if (user === 'reader') return message(403, 'user should have a permission to write to the target branch');
    const branch = /^branches\/(.+)$/.exec(rest)?.[1];
    if (call.method === 'POST' && rest === 'contents') return changeFiles(state, call);
    if (call.method === 'PUT' && branch !== undefined) return updateBranch(state, branch, call);
    return call.method === 'DELETE' && branch !== undefined ? deleteBranch(state, branch) : null;
  });
}

function message(status: number, text: string): ForgeAnswer {
  return { status, json: { message: text, url: WEB } };
}

function about({ pulls }: ForgeState, user: ForgeUser): object {
  return { name: 'config', default_branch: 'main', default_merge_style: 'squash', has_pull_requests: pulls.areOn(), permissions: { admin: false, push: user === 'writer', pull: true } };
}

async function read({ directory }: ForgeState, rest: string, { query }: ForgeCall): Promise<ForgeAnswer | null> {
  const [, kind, name = ''] = /^(branches|git\/commits|contents)\/(.+)$/.exec(rest) ?? [];
  if (kind === 'branches') {
    const head = await readCommit(directory, branchHead(directory, name) ?? '');
    return head === null ? message(404, 'not found') : { status: 200, json: { name, commit: { id: head.id, message: head.message } } };
  }
  if (kind === 'git/commits') {
    const commit = await readCommit(directory, name);
    return commit === null ? message(404, 'not found') : { status: 200, json: { sha: name, commit: { message: commit.message } } };
  }
  if (kind !== 'contents') return null;
  const entry = await entryAt(directory, query.get('ref') ?? '', name);
  if (entry === null) return message(404, `object does not exist [id: , rel_path: ${name}]`);
  if (entry.type === 'tree') return { status: 200, json: [] };
  return { status: 200, json: { type: 'file', path: name, sha: entry.id, encoding: 'base64', content: (await readBlob(directory, entry.id)).toString('base64') } };
}

type Operation = { operation: string; path: string; content: string; sha: string };
type ContentsRequest = { branch: string; new_branch: string; force_push: boolean; message: string; files: Operation[]; author?: Person; committer?: Person };

async function changeFiles(state: ForgeState, call: ForgeCall): Promise<ForgeAnswer> {
  const { directory } = state;
  const { branch, new_branch: target, force_push: force, message: text, files, ...people } = JSON.parse(call.body.toString()) as ContentsRequest;
  const head = branchHead(directory, branch);
  if (head === null) return message(404, `branch does not exist [repo_id: 1 name: ${branch}]`);
  const there = branchHead(directory, target);
  if (there !== null && !force) return message(422, `branch already exists [name: ${target}]`);
  for (const { operation, path, sha } of files) {
    if (operation !== 'update') return { status: 501, json: { message: `The stand-in for Gitea does not know the operation ${operation}` } };
    const entry = await entryAt(directory, head, path);
    if (entry === null) return message(404, `object does not exist [id: , rel_path: ${path}]`);
    if (entry.id !== sha) return message(422, `sha does not match [given: ${sha}, expected: ${entry.id}]`);
  }
  if (state.declined !== null) return message(403, state.declined);
  const contents = Object.fromEntries(files.map(({ path, content }) => [path, Buffer.from(content, 'base64')]));
  const sha = await writeCommit(directory, { parent: head, message: text.trim(), files: contents, ...whoever(people) });
  if (!moveBranch(directory, { branch: target, from: there, to: sha })) return message(409, `branch ${target} is being updated`);
  return { status: 201, json: { files: [], commit: { sha, message: text, parents: [{ sha: head }] } } };
}

/** Who is not named is the other one. */
function whoever({ author, committer }: Pick<ContentsRequest, 'author' | 'committer'>): { readonly author?: Person; readonly committer?: Person } {
  const [by, through] = [author ?? committer, committer ?? author];
  return by === undefined || through === undefined ? {} : { author: by, committer: through };
}

async function updateBranch(state: ForgeState, branch: string, call: ForgeCall): Promise<ForgeAnswer> {
  const { directory } = state;
  const { old_commit_id: from, new_commit_id: to, force = false } = JSON.parse(call.body.toString()) as { old_commit_id: string; new_commit_id: string; force?: boolean };
  const head = branchHead(directory, branch);
  if (head === null) return message(404, 'not found');
  if (head !== from) return message(422, `branch commit does not match [expected: ${from}, given: ${head}]`);
  if (!force && (await readCommit(directory, to))?.parents.includes(from) !== true) return message(422, `Force push ${branch} need a confirm force parameter`);
  if (state.isProtected) return message(403, `Gitea: Not allowed to push to protected branch ${branch}`);
  const between = state.meanwhile;
  state.meanwhile = null;
  await between?.();
  // Who loses here has got past the check. Git refuses the push, and no hook has said a word that Gitea could pass on.
  return moveBranch(directory, { branch, from, to }) ? { status: 204 } : message(403, 'push is rejected');
}

async function deleteBranch({ directory }: ForgeState, branch: string): Promise<ForgeAnswer> {
  return (await removeBranch(directory, branch)) === null ? message(404, 'not found') : { status: 204 };
}
