import { branchHead, moveBranch, removeBranch } from '../../../sandbox/git/refs.ts';
import { runGit } from '../../../sandbox/git/run-git.ts';
import { entryAt, readBlob, readCommit, type StoredCommit } from '../../../sandbox/git/stored-objects.ts';
import { writeCommit } from '../../../sandbox/git/write-objects.ts';
import { type ForgeAnswer, type ForgeCall, startForgeServer } from './forge-server.ts';
import type { ForgeState, ForgeUser, StandIn } from './forge-world.ts';
import { answerMergeRequests } from './gitlab-merge-requests.ts';

/** GitLab's API for the project `team/config`, as far as it is in use. */
export async function startGitLab(state: ForgeState): Promise<StandIn> {
  return startForgeServer('GitLab', async (call) => {
    if (state.limitedUntil !== null) return { status: 429, text: 'Retry later\n', headers: { 'retry-after': '42', 'ratelimit-reset': String(state.limitedUntil) } };
    const user = state.tokens.get(String(call.headers['private-token']));
    if (user === undefined) return message(401, '401 Unauthorized');
    const aboutRights = answerRights(state, user, call);
    if (aboutRights !== null) return aboutRights;
    const aboutMerges = await answerMergeRequests(state, call, user === 'reader');
    if (aboutMerges !== null) return aboutMerges;
    const [, project, rest] = /^\/api\/v4\/projects\/([^/]+)\/repository\/(.+)$/.exec(call.path) ?? [];
    if (project === undefined || rest === undefined) return null;
    if (decodeURIComponent(project) !== 'team/config') return message(404, '404 Project Not Found');
    const branch = /^branches\/([^/]+)$/.exec(rest)?.[1];
    if (call.method === 'DELETE' && branch !== undefined) return deleteBranch(state, user, decodeURIComponent(branch));
    return call.method === 'POST' ? (rest === 'commits' ? createCommit(state, user, call) : null) : read(state, rest, call);
  });
}

function message(status: number, text: string): ForgeAnswer {
  return { status, json: { message: text } };
}

/** A reader is a Reporter whose token may read. */
function answerRights({ pulls }: ForgeState, user: ForgeUser, { method, path }: ForgeCall): ForgeAnswer | null {
  const [level, scope] = user === 'writer' ? [30, 'api'] : [20, 'read_api'];
  if (method !== 'GET') return null;
  if (path === '/api/v4/personal_access_tokens/self') return { status: 200, json: { scopes: [scope] } };
  if (path !== '/api/v4/projects/team%2Fconfig') return null;
  return { status: 200, json: { merge_requests_access_level: pulls.areOn() ? 'enabled' : 'disabled', permissions: { project_access: { access_level: level }, group_access: null } } };
}

async function read({ directory }: ForgeState, rest: string, { query }: ForgeCall): Promise<ForgeAnswer | null> {
  const [kind, name = '', last] = rest.split('/').map(decodeURIComponent);
  if (kind === 'branches' && last === undefined) {
    const head = await readCommit(directory, branchHead(directory, name) ?? '');
    return head === null ? message(404, '404 Branch Not Found') : { status: 200, json: { name, default: name === 'main', commit: shown(head) } };
  }
  if (kind === 'commits' && name !== '') {
    const stored = await readCommit(directory, name);
    return stored === null ? message(404, '404 Commit Not Found') : { status: 200, json: shown(stored) };
  }
  if (kind === 'commits') return listCommits(directory, query);
  const ref = query.get('ref') ?? '';
  if (kind === 'files' && last === 'raw') {
    const entry = await entryAt(directory, ref, name);
    return entry?.type === 'blob' ? { status: 200, bytes: await readBlob(directory, entry.id) } : message(404, '404 File Not Found');
  }
  if (kind !== 'tree') return null;
  const folder = await entryAt(directory, ref, query.get('path') ?? '');
  return folder?.type === 'tree' ? { status: 200, json: [{ type: 'blob' }] } : message(404, '404 invalid revision or path Not Found');
}

function shown({ id, message, parents }: StoredCommit): Readonly<Record<string, unknown>> {
  return { id, message, parent_ids: parents };
}

/** A range of revisions, newest first, each with how many lines it changed. */
async function listCommits(directory: string, query: URLSearchParams): Promise<ForgeAnswer | null> {
  if (query.get('with_stats') !== 'true') return null;
  const ids = (await runGit(directory, ['rev-list', `--max-count=${query.get('per_page')}`, query.get('ref_name') ?? '', '--'])).toString().split('\n').filter(Boolean);
  const commits = (await Promise.all(ids.map((id) => readCommit(directory, id)))).filter((commit) => commit !== null);
  const json = await Promise.all(commits.map(async (commit) => ({ ...shown(commit), stats: { total: await changedLines(directory, commit.id) } })));
  return { status: 200, json };
}

async function changedLines(directory: string, id: string): Promise<number> {
  const lines = (await runGit(directory, ['show', '--format=', '--numstat', id])).toString().split('\n').filter(Boolean);
  return lines.reduce((sum, line) => sum + line.split('\t').slice(0, 2).reduce((all, count) => all + Number(count), 0), 0);
}

type Action = { action: string; file_path: string; content: string; encoding: string; last_commit_id: string };
type CommitRequest = { branch: string; start_branch?: string; force?: boolean; commit_message: string; actions: Action[]; author_name?: string; author_email?: string };

/** The checks in GitLab's order: the branch, each file, and then, on whatever the head is by now, the commit. */
async function createCommit(state: ForgeState, user: ForgeUser, call: ForgeCall): Promise<ForgeAnswer> {
  const { directory } = state;
  const { branch, start_branch: start = branch, force = false, commit_message: text, actions, author_name: name, author_email: email } = JSON.parse(call.body.toString()) as CommitRequest;
  if (user === 'reader' || state.isProtected) return message(403, '403 Forbidden - You are not allowed to push into this branch');
  if (actions.length === 0) return message(400, '400 Bad request - actions is required');
  if (start !== branch && branchHead(directory, branch) !== null && !force) return message(400, `A branch called '${branch}' already exists. Switch to that branch in order to make changes`);
  const seen = branchHead(directory, start);
  if (seen === null) return message(400, 'You can only create or edit files when you are on a branch');
  for (const action of actions) {
    if (action.action !== 'update' || action.encoding !== 'base64') return { status: 501, json: { message: `The stand-in for GitLab does not know ${action.action} with ${action.encoding}` } };
    if ((await entryAt(directory, seen, action.file_path))?.type !== 'blob') return message(400, "A file with this name doesn't exist");
    const [ours, theirs] = await Promise.all([lastCommitOf(directory, action.last_commit_id, action.file_path), lastCommitOf(directory, seen, action.file_path)]);
    if (ours !== theirs) return message(400, `You are attempting to update a file that has changed since you started editing it.`);
  }
  if (state.declined !== null) return message(400, state.declined);
  const between = state.meanwhile;
  state.meanwhile = null;
  await between?.();
  const parent = branchHead(directory, start) ?? seen;
  const files = Object.fromEntries(actions.map(({ file_path, content }) => [file_path, Buffer.from(content, 'base64')]));
  const id = await writeCommit(directory, { parent, message: text, files, ...(name !== undefined && email !== undefined && { author: { name, email } }) });
  // A branch that starts elsewhere is moved there, whatever it points to.
  const from = start === branch ? parent : branchHead(directory, branch);
  if (!moveBranch(directory, { branch, from, to: id })) return message(400, `Could not update refs/heads/${branch}. Please refresh and try again.`);
  return { status: 201, json: { id, message: text, parent_ids: [parent] } };
}

/** The last commit that touched a path, as seen from a revision, down the first parents. */
async function lastCommitOf(directory: string, revision: string, path: string): Promise<string> {
  const [commit, entry] = await Promise.all([readCommit(directory, revision), entryAt(directory, revision, path)]);
  const [parent] = commit?.parents ?? [];
  if (parent === undefined || (await entryAt(directory, parent, path))?.id !== entry?.id) return revision;
  return lastCommitOf(directory, parent, path);
}

async function deleteBranch({ directory }: ForgeState, user: ForgeUser, branch: string): Promise<ForgeAnswer> {
  if (user === 'reader') return message(403, '403 Forbidden');
  return (await removeBranch(directory, branch)) === null ? message(404, '404 Branch Not Found') : { status: 204 };
}
