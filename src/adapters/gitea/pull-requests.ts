import * as z from 'zod/mini';
import { ConflictError, NotFoundError, RefusedError, type SlipwayError, UnavailableError } from '../../domain/errors.ts';
import type { PullRequest } from '../../domain/pull-request.ts';
import type { Proposal, PullRequests } from '../../ports/pull-requests.ts';
import { noAccess, turnedOff } from '../forge/answer-error.ts';
import { asideFor } from '../forge/aside-branch.ts';
import { apiError, ask, type ForgeRequest, hostWords, readJson } from '../forge/forge.ts';
import type { TokenForge } from '../forge/token-forge.ts';
import type { HttpDownload } from '../http/http-client.ts';
import { createAside, moveBranch, removeAside } from './commit.ts';
import { readBranch, repositoryApi, segments } from './read.ts';

const Pull = z.object({
  number: z.number(),
  html_url: z.string(),
  state: z.string(),
  merged: z.boolean(),
  merged_at: z.nullish(z.string()),
  merged_by: z.nullish(z.object({ login: z.string() })),
  closed_at: z.nullish(z.string()),
  head: z.object({ ref: z.string(), sha: z.string(), repo_id: z.number() }),
  base: z.object({ repo_id: z.number() }),
});
type Pull = z.output<typeof Pull>;

const Repository = z.object({
  default_merge_style: z.optional(z.string()),
  has_pull_requests: z.optional(z.boolean()),
  permissions: z.optional(z.object({ push: z.boolean() })),
});

/** As many as Gitea gives at once unless it is configured otherwise. */
const PAGE = 50;

/** Pull requests on Gitea to one branch. */
export function createGiteaPulls(gitea: TokenForge): PullRequests {
  const api = `${repositoryApi(gitea)}/pulls`;
  return {
    async find(name) {
      const [head, open] = await Promise.all([readBranch({ ...gitea, branch: name }), findOpen(gitea, name)]);
      return { name, head: head?.id ?? null, pullRequest: open === null ? null : asPort(open) };
    },
    async propose(proposal) {
      const head = await putCommit(gitea, proposal);
      return { ...asPort(await openOrUpdate(gitea, proposal)), head };
    },
    async look(number) {
      const answer = await ask(gitea, { method: 'GET', path: `${api}/${number}` });
      if (answer.status === 404) throw new NotFoundError(`${gitea.name} has no pull request #${number}, or hides it; check that the token may read pull requests.`);
      return asPort(readPull(gitea, answer, 200));
    },
    async withdraw({ name, pullRequest }) {
      if (pullRequest !== null) await send(gitea, { method: 'PATCH', path: `${api}/${pullRequest.number}`, json: { state: 'closed' } }, [201, 412]);
      await send(gitea, { method: 'DELETE', path: `${repositoryApi(gitea)}/branches/${segments(name)}` }, [204, 404]);
    },
    autoMerge: (pullRequest) => autoMerge(gitea, pullRequest),
    async checkRights() {
      const { has_pull_requests: isOn, permissions } = await readRepository(gitea);
      if (isOn === false) throw turnedOff(gitea, 'pull requests');
      if (permissions?.push === false) throw noAccess(gitea, 'write', 'its permissions lack push');
    },
  };
}

/** Gitea has no search by head branch. */
async function findOpen(gitea: TokenForge, branch: string, page = 1): Promise<Pull | null> {
  const query = new URLSearchParams({ state: 'open', base_branch: gitea.branch, sort: 'recentupdate', limit: String(PAGE), page: String(page) });
  const answer = await ask(gitea, { method: 'GET', path: `${repositoryApi(gitea)}/pulls?${query.toString()}` });
  if (answer.status !== 200) throw apiError(gitea, 'read', answer);
  const pulls = readJson(gitea, answer, z.array(Pull));
  // A fork may have a branch of that name.
  const found = pulls.find(({ head, base }) => head.ref === branch && head.repo_id === base.repo_id);
  return found ?? (pulls.length === 0 ? null : findOpen(gitea, branch, page + 1));
}

/** A branch that is new is made by the commit itself; another is moved by a request that compares and swaps. */
async function putCommit(gitea: TokenForge, { branch, base, files, message }: Proposal): Promise<string> {
  const change = { files, message };
  if (branch.head === null) return (await createAside(gitea, branch.name, change, base.files, false)).commit.sha;
  const aside = asideFor(branch.name, message);
  const { commit } = await createAside(gitea, aside, change, base.files);
  try {
    await moveBranch({ ...gitea, branch: branch.name }, branch.head, commit.sha, true);
    return commit.sha;
  } finally {
    await removeAside(gitea, aside);
  }
}

async function openOrUpdate(gitea: TokenForge, { branch: { name, pullRequest }, title, body }: Proposal): Promise<Pull> {
  const api = `${repositoryApi(gitea)}/pulls`;
  const request: ForgeRequest =
    pullRequest === null
      ? { method: 'POST', path: api, json: { base: gitea.branch, head: name, title, body } }
      : { method: 'PATCH', path: `${api}/${pullRequest.number}`, json: { title, body } };
  return readPull(gitea, await ask(gitea, request), 201);
}

function readPull(gitea: TokenForge, answer: HttpDownload, success: number): Pull {
  if (answer.status === success) return readJson(gitea, answer, Pull);
  throw refusal(gitea, answer, 'the pull request');
}

async function send(gitea: TokenForge, request: ForgeRequest, fine: readonly number[]): Promise<void> {
  const answer = await ask(gitea, request);
  if (!fine.includes(answer.status)) throw refusal(gitea, answer, 'to close the pull request');
}

async function readRepository(gitea: TokenForge): Promise<z.output<typeof Repository>> {
  const answer = await ask(gitea, { method: 'GET', path: repositoryApi(gitea) });
  if (answer.status !== 200) throw apiError(gitea, 'read', answer);
  return readJson(gitea, answer, Repository);
}

/** Gitea merges at once where no check is required; what it says of its own state is not known yet right after a push (405). */
async function autoMerge(gitea: TokenForge, { number, head }: PullRequest): Promise<void> {
  const { default_merge_style: style = 'merge' } = await readRepository(gitea);
  const json = { do: style, merge_when_checks_succeed: true, head_commit_id: head };
  const answer = await ask(gitea, { method: 'POST', path: `${repositoryApi(gitea)}/pulls/${number}/merge`, json });
  const words = hostWords(answer);
  if (answer.status === 200 || answer.status === 201 || /already (merged|scheduled)/i.test(words)) return;
  if (/try again later/i.test(words)) throw new UnavailableError(`${gitea.name} does not know yet whether pull request #${number} can be merged, or it conflicts with ${gitea.branch} (${words}).`);
  if (answer.status === 405) throw new RefusedError(`${gitea.name} declined to merge pull request #${number} by itself: ${words}; correct its rules, or leave merge.automatic out.`);
  throw refusal(gitea, answer, `to merge pull request #${number} by itself`);
}

function refusal(gitea: TokenForge, answer: HttpDownload, what: string): SlipwayError {
  const words = hostWords(answer).replace(/\.$/, '');
  if (answer.status === 409) return new ConflictError(`${gitea.name}: the pull request changed meanwhile: ${words}.`);
  if (answer.status === 422 || answer.status === 423) return new RefusedError(`${gitea.name} declined ${what}: ${words}.`);
  return apiError(gitea, 'write', answer);
}

function asPort({ number, html_url: url, state, merged, merged_at, merged_by, closed_at, head }: Pull): PullRequest {
  const at = (merged ? merged_at : closed_at) ?? undefined;
  const by = merged ? merged_by?.login : undefined;
  return { number, url, state: merged ? 'merged' : state === 'closed' ? 'closed' : 'open', head: head.sha, ...(by !== undefined && { by }), ...(at !== undefined && { at }) };
}
