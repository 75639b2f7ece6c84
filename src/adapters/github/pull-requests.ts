import * as z from 'zod/mini';
import { ConflictError, NotFoundError, RefusedError, SlipwayError } from '../../domain/errors.ts';
import type { PullRequest } from '../../domain/pull-request.ts';
import type { HeadBranch, Proposal, PullRequests } from '../../ports/pull-requests.ts';
import { noAccess } from '../forge/answer-error.ts';
import { asideFor } from '../forge/aside-branch.ts';
import { missingBranch } from '../forge/repository-files.ts';
import { commitInput } from './commit.ts';
import { runOperation } from './graphql.ts';
import type { GitHubRepository } from './open-github.ts';
import { ASIDE_MUTATION, AUTO_MERGE_MUTATION, CLOSE_MUTATION, FIND_QUERY, LOOK_QUERY, MERGE_MUTATION, MOVE_MUTATION, OPEN_MUTATION, RIGHTS_QUERY, UPDATE_MUTATION } from './pull-queries.ts';

const Actor = z.nullish(z.object({ login: z.string() }));
const Pull = z.object({
  id: z.string(),
  number: z.number(),
  url: z.string(),
  state: z.enum(['OPEN', 'CLOSED', 'MERGED']),
  headRefOid: z.string(),
  mergedAt: z.nullish(z.string()),
  closedAt: z.nullish(z.string()),
  isCrossRepository: z.boolean(),
  mergedBy: Actor,
  autoMergeRequest: z.nullish(z.object({ enabledAt: z.nullish(z.string()) })),
  timelineItems: z.object({ nodes: z.nullish(z.array(z.nullable(z.object({ actor: Actor })))) }),
});
type Pull = z.output<typeof Pull>;

const Ref = z.nullable(z.object({ target: z.nullable(z.object({ oid: z.string() })) }));
const Found = z.object({ repository: z.object({ id: z.string(), head: Ref, base: Ref, pullRequests: z.object({ nodes: z.array(z.nullable(Pull)) }) }) });
const Looked = z.object({ repository: z.object({ viewerDefaultMergeMethod: z.string(), pullRequest: z.nullable(Pull) }) });
const Rights = z.object({ repository: z.object({ viewerPermission: z.nullish(z.string()) }) });
const Aside = z.object({ createCommitOnBranch: z.object({ commit: z.object({ oid: z.string() }) }) });
const Opened = z.object({ createPullRequest: z.object({ pullRequest: Pull }) });
const Updated = z.object({ updatePullRequest: z.object({ pullRequest: Pull }) });
const Anything = z.looseObject({});

/** What no branch points to, as GitHub compares it: the branch must not be there, or goes away. */
const NOWHERE = '0'.repeat(40);

/** Pull requests on GitHub to one branch. */
export function createGitHubPulls(github: GitHubRepository): PullRequests {
  const { owner, repository: name, branch: base } = github;
  const write = (query: string, input: object) => runOperation(github, { query, variables: { input }, access: 'write' }, Anything);

  async function search(head: string) {
    const variables = { owner, name, head, headRef: refOf(head), base, baseRef: refOf(base) };
    const { repository } = await runOperation(github, { query: FIND_QUERY, variables, access: 'read' }, Found);
    // A fork may have a branch of that name.
    const pull = repository.pullRequests.nodes.find((one) => one?.isCrossRepository === false) ?? null;
    return { id: repository.id, head: repository.head?.target?.oid ?? null, base: repository.base?.target?.oid ?? null, pull };
  }

  async function lookUp(number: number) {
    const { repository } = await runOperation(github, { query: LOOK_QUERY, variables: { owner, name, number }, access: 'read' }, Looked);
    if (repository.pullRequest === null) throw new NotFoundError(`${github.name} has no pull request #${number}.`);
    return { pull: repository.pullRequest, mergeMethod: repository.viewerDefaultMergeMethod };
  }

  return {
    async find(branch) {
      const { head, pull } = await search(branch);
      return { name: branch, head, pullRequest: pull === null ? null : asPort(pull) };
    },
    async propose(proposal) {
      const found = await search(proposal.branch.name);
      if (found.base === null) throw missingBranch(github.name, base);
      if (found.base !== proposal.base.revision) throw new ConflictError(`${github.name}: ${base} moved before the commit arrived: it points to ${found.base}.`);
      const head = await putCommit({ ...github, branch: proposal.branch.name }, found.id, proposal);
      const { title, body } = proposal;
      const opened =
        found.pull === null
          ? (await runOperation(github, { query: OPEN_MUTATION, variables: { input: { repositoryId: found.id, baseRefName: base, headRefName: proposal.branch.name, title, body } }, access: 'write' }, Opened)).createPullRequest
          : (await runOperation(github, { query: UPDATE_MUTATION, variables: { input: { pullRequestId: found.pull.id, title, body } }, access: 'write' }, Updated)).updatePullRequest;
      return { ...asPort(opened.pullRequest), head };
    },
    look: async (number) => asPort((await lookUp(number)).pull),
    async withdraw({ name: branch }) {
      const { id, head, pull } = await search(branch);
      if (pull !== null) await write(CLOSE_MUTATION, { pullRequestId: pull.id });
      if (head !== null) await write(MOVE_MUTATION, { repositoryId: id, refUpdates: [{ name: refOf(branch), beforeOid: head, afterOid: NOWHERE }] });
    },
    async autoMerge({ number, head }) {
      const { pull, mergeMethod } = await lookUp(number);
      if (pull.state !== 'OPEN' || pull.autoMergeRequest) return;
      const input = { pullRequestId: pull.id, expectedHeadOid: head, mergeMethod };
      // GitHub takes no wish to merge later what it could merge now.
      await write(AUTO_MERGE_MUTATION, input).catch((error: unknown) => (isReady(error) ? write(MERGE_MUTATION, input) : Promise.reject(error as Error)));
    },
    async checkRights() {
      const { viewerPermission: role } = (await runOperation(github, { query: RIGHTS_QUERY, variables: { owner, name }, access: 'read' }, Rights)).repository;
      if (role === 'READ' || role === 'TRIAGE') throw noAccess(github, 'write', `a role of ${role}`);
    },
  };
}

function isReady(error: unknown): boolean {
  return error instanceof RefusedError && /clean status|unstable status/i.test(error.message);
}

/**
 * On a branch of its own, since GitHub makes no commit without one, and closes a pull request whose branch has none. Then both move at
 * once. Whatever an earlier try has left there is replaced.
 */
async function putCommit(github: GitHubRepository, repositoryId: string, { branch, base, files, message }: Proposal): Promise<string> {
  const aside = asideFor(branch.name, message);
  const ref = { name: refOf(aside), afterOid: base.revision, force: true };
  const variables = { refs: { repositoryId, refUpdates: [ref] }, commit: commitInput({ ...github, branch: aside }, { head: base.revision, files, message }) };
  const move = (refUpdates: readonly object[]) => runOperation(github, { query: MOVE_MUTATION, variables: { input: { repositoryId, refUpdates } }, access: 'write' }, Anything);
  const away = { name: refOf(aside), afterOid: NOWHERE };
  try {
    const { oid } = (await runOperation(github, { query: ASIDE_MUTATION, variables, access: 'write' }, Aside)).createCommitOnBranch.commit;
    await move([{ name: refOf(branch.name), beforeOid: branch.head ?? NOWHERE, afterOid: oid, force: true }, { ...away, beforeOid: oid }]);
    return oid;
  } catch (error) {
    await move([away]).catch(ignoreRefusal);
    throw await asLostRace(github, branch, error);
  }
}

/** Where it was not made there is nothing to remove, and what is left over is the next try's: what became of the branch counts. */
function ignoreRefusal(error: unknown): void {
  if (!(error instanceof SlipwayError)) throw error;
}

/** GitHub has no words of its own for who lost, so then the branch is looked at. */
async function asLostRace(github: GitHubRepository, { name, head }: HeadBranch, error: unknown): Promise<unknown> {
  if (!(error instanceof RefusedError)) return error;
  const { owner, repository } = github;
  const variables = { owner, name: repository, head: name, headRef: refOf(name), base: name, baseRef: refOf(name) };
  const { repository: found } = await runOperation(github, { query: FIND_QUERY, variables, access: 'read' }, Found);
  const now = found.head?.target?.oid ?? null;
  return now === head ? error : new ConflictError(`${github.name}: ${name} moved before the commit arrived: it points to ${now}.`);
}

function refOf(branch: string): string {
  return `refs/heads/${branch}`;
}

function asPort({ number, url, state, headRefOid: head, mergedAt, closedAt, mergedBy, timelineItems }: Pull): PullRequest {
  const closer = timelineItems.nodes?.[0]?.actor;
  const by = (state === 'MERGED' ? mergedBy : closer)?.login;
  const at = (state === 'MERGED' ? mergedAt : closedAt) ?? undefined;
  const states = { OPEN: 'open', CLOSED: 'closed', MERGED: 'merged' } as const;
  return { number, url, state: states[state], head, ...(state !== 'OPEN' && { ...(by !== undefined && { by }), ...(at !== undefined && { at }) }) };
}
