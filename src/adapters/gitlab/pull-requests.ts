import * as z from 'zod/mini';
import { ConflictError, NotFoundError, RefusedError, type SlipwayError, UnavailableError } from '../../domain/errors.ts';
import type { PullRequest } from '../../domain/pull-request.ts';
import type { HeadBranch, Proposal, PullRequests } from '../../ports/pull-requests.ts';
import { noAccess, turnedOff } from '../forge/answer-error.ts';
import { apiError, ask, type ForgeRequest, hostWords, readJson } from '../forge/forge.ts';
import type { TokenForge } from '../forge/token-forge.ts';
import type { HttpDownload } from '../http/http-client.ts';
import { authorOf, refusal as commitRefusal } from './commit.ts';
import { findBranch, repositoryApi } from './read.ts';

const Person = z.nullish(z.object({ username: z.string() }));
const Merge = z.object({
  iid: z.number(),
  web_url: z.string(),
  state: z.string(),
  sha: z.nullish(z.string()),
  source_project_id: z.nullish(z.number()),
  target_project_id: z.nullish(z.number()),
  merge_user: Person,
  merged_at: z.nullish(z.string()),
  closed_by: Person,
  closed_at: z.nullish(z.string()),
  detailed_merge_status: z.optional(z.string()),
  merge_when_pipeline_succeeds: z.optional(z.boolean()),
});
type Merge = z.output<typeof Merge>;

const Created = z.object({ id: z.string() });

const Access = z.nullish(z.object({ access_level: z.number() }));
const Project = z.object({
  merge_requests_access_level: z.optional(z.string()),
  permissions: z.nullish(z.object({ project_access: Access, group_access: Access })),
});
const Token = z.object({ scopes: z.array(z.string()) });

/** Access level from which on one may push and open merge requests. */
const DEVELOPER = 30;

/** Merge requests on GitLab to one branch. */
export function createGitLabPulls(gitlab: TokenForge): PullRequests {
  const api = mergesApi(gitlab);
  return {
    async find(name) {
      const [branch, open] = await Promise.all([findBranch({ ...gitlab, branch: name }), findOpen(gitlab, name)]);
      return { name, head: branch?.commit.id ?? null, pullRequest: open === null ? null : asPort(open) };
    },
    async propose(proposal) {
      const head = await putCommit(gitlab, proposal);
      return { ...asPort(await openOrUpdate(gitlab, proposal)), head };
    },
    look: async (number) => asPort(await look(gitlab, number)),
    async withdraw({ name, pullRequest }) {
      if (pullRequest !== null && (await look(gitlab, pullRequest.number)).state === 'opened') {
        readMerge(gitlab, await ask(gitlab, { method: 'PUT', path: `${api}/${pullRequest.number}`, json: { state_event: 'close' } }), 200);
      }
      const answer = await ask(gitlab, { method: 'DELETE', path: `${repositoryApi(gitlab)}/branches/${encodeURIComponent(name)}` });
      if (answer.status !== 204 && answer.status !== 404) throw refusal(gitlab, answer, 'to remove the branch');
    },
    autoMerge: (pullRequest) => autoMerge(gitlab, pullRequest),
    checkRights: async () => void (await Promise.all([checkProject(gitlab), checkToken(gitlab)])),
  };
}

function mergesApi({ path }: TokenForge): string {
  return `/projects/${encodeURIComponent(path)}/merge_requests`;
}

async function findOpen(gitlab: TokenForge, branch: string): Promise<Merge | null> {
  const query = new URLSearchParams({ state: 'opened', source_branch: branch, target_branch: gitlab.branch, per_page: '20' });
  const answer = await ask(gitlab, { method: 'GET', path: `${mergesApi(gitlab)}?${query.toString()}` });
  if (answer.status !== 200) throw apiError(gitlab, 'read', answer);
  // A fork may have a branch of that name.
  return readJson(gitlab, answer, z.array(Merge)).find(({ source_project_id: from, target_project_id: to }) => from === to) ?? null;
}

async function look(gitlab: TokenForge, number: number): Promise<Merge> {
  const answer = await ask(gitlab, { method: 'GET', path: `${mergesApi(gitlab)}/${number}` });
  if (answer.status === 404) throw new NotFoundError(`${gitlab.name} has no merge request !${number}, or hides it; check that the token may read merge requests.`);
  return readMerge(gitlab, answer, 200);
}

/**
 * GitLab makes a branch only if it is not there, and compares each file with the base; but it moves a branch without comparing. So the
 * branch is looked at just before.
 */
async function putCommit(gitlab: TokenForge, { branch, base, files, message }: Proposal): Promise<string> {
  if (branch.head !== null) await proveUnmoved(gitlab, branch);
  const actions = Object.entries(files).map(([path, text]) => ({ action: 'update', file_path: path, encoding: 'base64', content: Buffer.from(text).toString('base64'), last_commit_id: base.revision }));
  const json = { branch: branch.name, start_branch: gitlab.branch, ...(branch.head !== null && { force: true }), commit_message: message, actions, stats: false, ...authorOf(gitlab) };
  const answer = await ask(gitlab, { method: 'POST', path: `${repositoryApi(gitlab)}/commits`, json });
  if (answer.status === 201) return readJson(gitlab, answer, Created).id;
  const words = hostWords(answer);
  if (/already exists/i.test(words)) throw new ConflictError(`${gitlab.name}: ${branch.name} was made by somebody else: ${words}.`);
  throw commitRefusal(gitlab, answer);
}

async function proveUnmoved(gitlab: TokenForge, { name, head }: HeadBranch): Promise<void> {
  const now = (await findBranch({ ...gitlab, branch: name }))?.commit.id ?? null;
  if (now !== head) throw new ConflictError(`${gitlab.name}: ${name} moved before the commit arrived: it points to ${now}.`);
}

async function openOrUpdate(gitlab: TokenForge, { branch: { name, pullRequest }, title, body: description }: Proposal): Promise<Merge> {
  const api = mergesApi(gitlab);
  const request: ForgeRequest =
    pullRequest === null
      ? { method: 'POST', path: api, json: { source_branch: name, target_branch: gitlab.branch, title, description } }
      : { method: 'PUT', path: `${api}/${pullRequest.number}`, json: { title, description } };
  return readMerge(gitlab, await ask(gitlab, request), pullRequest === null ? 201 : 200);
}

/** What GitLab is still working out after a push; the rest it waits for, or refuses. */
const NOT_KNOWN_YET = /^(unchecked|checking|preparing|approvals_syncing)$/;

/** `auto_merge` of GitLab 17.11 and the name that it had before: a version takes the one that it knows. */
async function autoMerge(gitlab: TokenForge, { number, head: sha }: PullRequest): Promise<void> {
  const { state, detailed_merge_status: status = '', merge_when_pipeline_succeeds: isAsked } = await look(gitlab, number);
  if (state === 'merged' || isAsked === true) return;
  const json = { sha, auto_merge: true, merge_when_pipeline_succeeds: true };
  const answer = await ask(gitlab, { method: 'PUT', path: `${mergesApi(gitlab)}/${number}/merge`, json });
  if (answer.status === 200) return;
  if (NOT_KNOWN_YET.test(status)) throw new UnavailableError(`${gitlab.name} does not know yet whether merge request !${number} can be merged (${status}).`);
  if (answer.status === 405 || answer.status === 422) throw new RefusedError(`${gitlab.name} declined to merge !${number} by itself: ${hostWords(answer)} (${status}); correct its rules, or leave merge.automatic out.`);
  throw refusal(gitlab, answer, `to merge !${number} by itself`);
}

/** GitLab does not say which role an administrator has. */
async function checkProject(gitlab: TokenForge): Promise<void> {
  const answer = await ask(gitlab, { method: 'GET', path: `/projects/${encodeURIComponent(gitlab.path)}` });
  if (answer.status !== 200) throw apiError(gitlab, 'read', answer);
  const { merge_requests_access_level: access, permissions } = readJson(gitlab, answer, Project);
  if (access === 'disabled') throw turnedOff(gitlab, 'merge requests');
  const levels = [permissions?.project_access, permissions?.group_access].flatMap((one) => one?.access_level ?? []);
  if (levels.length > 0 && levels.every((level) => level < DEVELOPER)) throw noAccess(gitlab, 'write', 'a role below Developer');
}

/** A token of another kind has no scopes that it may read. */
async function checkToken(gitlab: TokenForge): Promise<void> {
  const answer = await ask(gitlab, { method: 'GET', path: '/personal_access_tokens/self' });
  if (answer.status !== 200) return;
  const { scopes } = readJson(gitlab, answer, Token);
  if (!scopes.includes('api')) throw noAccess(gitlab, 'write', `the token's scopes are ${scopes.join(', ')}; it needs api`);
}

function readMerge(gitlab: TokenForge, answer: HttpDownload, success: number): Merge {
  if (answer.status === success) return readJson(gitlab, answer, Merge);
  throw refusal(gitlab, answer, 'the merge request');
}

function refusal(gitlab: TokenForge, answer: HttpDownload, what: string): SlipwayError {
  const words = hostWords(answer).replace(/\.$/, '');
  if (answer.status === 409) return new ConflictError(`${gitlab.name}: the merge request changed meanwhile: ${words}.`);
  if (answer.status === 400 || answer.status === 422) return new RefusedError(`${gitlab.name} declined ${what}: ${words}.`);
  return apiError(gitlab, 'write', answer);
}

/** While GitLab merges, a merge request is `locked`. */
function asPort({ iid: number, web_url: url, state, sha, merge_user, merged_at, closed_by, closed_at }: Merge): PullRequest {
  const isMerged = state === 'merged';
  const isClosed = state === 'closed';
  const by = (isMerged ? merge_user : isClosed ? closed_by : undefined)?.username;
  const at = (isMerged ? merged_at : isClosed ? closed_at : undefined) ?? undefined;
  return { number, url, state: isMerged ? 'merged' : isClosed ? 'closed' : 'open', head: sha ?? '', ...(by !== undefined && { by }), ...(at !== undefined && { at }) };
}
