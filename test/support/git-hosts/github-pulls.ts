import { branchHead } from '../../../sandbox/git/refs.ts';
import { runGit } from '../../../sandbox/git/run-git.ts';
import type { ForgeState, ForgeUser } from './forge-world.ts';
import type { StoredPull } from './stored-pulls.ts';

type Fail = (type: string, message: string) => Error;
type Input<Members> = { readonly input: Members };
type RefUpdate = { readonly name: string; readonly beforeOid?: string; readonly afterOid: string; readonly force?: boolean };

const NOWHERE = '0'.repeat(40);

/** What a repository says of its pull requests, in GitHub's words. */
export function pullFields(state: ForgeState, user: ForgeUser, host: string) {
  const { pulls } = state;
  return {
    id: 'R_config',
    viewerDefaultMergeMethod: 'SQUASH',
    viewerPermission: user === 'writer' ? 'WRITE' : 'READ',
    async pullRequests({ headRefName, baseRefName }: { headRefName: string; baseRefName: string }) {
      const open = pulls.all().filter((pull) => pull.state === 'open' && pull.branch === headRefName && pull.base === baseRefName);
      return { nodes: open.map((pull) => shown(pulls.refresh(pull), host)) };
    },
    async pullRequest({ number }: { number: number }) {
      const pull = pulls.find(number);
      return pull === undefined ? null : shown(pulls.refresh(pull), host);
    },
  };
}

/** The mutations in use; `fail` makes an error of GitHub's. */
export function pullMutations(state: ForgeState, user: ForgeUser, { host, fail }: { readonly host: string; readonly fail: Fail }) {
  const { directory, pulls } = state;
  const checkWriter = (mutation: string) => {
    if (user === 'reader') throw fail('FORBIDDEN', `reader does not have the correct permissions to execute \`${mutation}\``);
  };
  const byId = (id: string): StoredPull => {
    const pull = pulls.find(Number(id.replace('PR_', '')));
    if (pull === undefined) throw fail('NOT_FOUND', `Could not resolve to a node with the global id of '${id}'`);
    return pull;
  };
  const merging = async (id: string, expectedHeadOid: string): Promise<StoredPull> => {
    const pull = pulls.refresh(byId(id));
    if (pull.head !== expectedHeadOid) throw fail('UNPROCESSABLE', 'Head branch was modified. Review and try the merge again.');
    return pull;
  };
  return {
    async updateRefs({ input: { refUpdates } }: Input<{ refUpdates: readonly RefUpdate[] }>) {
      checkWriter('UpdateRefs');
      // Somebody comes between when a branch is about to take what was made beside it.
      const between = refUpdates.length > 1 ? state.meanwhile : null;
      if (between !== null) state.meanwhile = null;
      await between?.();
      for (const { name, beforeOid, afterOid } of refUpdates) {
        const now = refHead(directory, name) ?? NOWHERE;
        if (beforeOid === undefined ? afterOid === NOWHERE && now === NOWHERE : now !== beforeOid) throw fail('UNPROCESSABLE', `Reference update rejected for ${name}`);
      }
      await runGit(directory, ['update-ref', '--stdin'], Buffer.from(refUpdates.map(({ name, beforeOid, afterOid }) => `update ${[name, afterOid, ...(beforeOid === undefined ? [] : [beforeOid])].join(' ')}\n`).join('')));
      return { clientMutationId: null };
    },
    async createPullRequest({ input: { headRefName, baseRefName, title, body } }: Input<{ headRefName: string; baseRefName: string; title: string; body: string }>) {
      checkWriter('CreatePullRequest');
      if (pulls.opened(headRefName) !== undefined) throw fail('UNPROCESSABLE', `A pull request already exists for team:${headRefName}.`);
      return { pullRequest: shown(pulls.open({ branch: headRefName, base: baseRefName, title, body }), host) };
    },
    async updatePullRequest({ input: { pullRequestId, title, body } }: Input<{ pullRequestId: string; title: string; body: string }>) {
      checkWriter('UpdatePullRequest');
      const pull = Object.assign(byId(pullRequestId), { title, body });
      return { pullRequest: shown(pulls.refresh(pull), host) };
    },
    async closePullRequest({ input: { pullRequestId } }: Input<{ pullRequestId: string }>) {
      checkWriter('ClosePullRequest');
      pulls.close(byId(pullRequestId).number);
      return { clientMutationId: null };
    },
    async enablePullRequestAutoMerge({ input: { pullRequestId, expectedHeadOid } }: Input<{ pullRequestId: string; expectedHeadOid: string }>) {
      const { number } = await merging(pullRequestId, expectedHeadOid);
      if (!pulls.checksPending()) throw fail('UNPROCESSABLE', 'Pull request Pull request is in clean status');
      await pulls.mergeWhenReady(number);
      return { clientMutationId: null };
    },
    async mergePullRequest({ input: { pullRequestId, expectedHeadOid, mergeMethod } }: Input<{ pullRequestId: string; expectedHeadOid: string; mergeMethod: string }>) {
      if (mergeMethod !== 'SQUASH') throw fail('UNPROCESSABLE', 'Merge commits are not allowed on this repository.');
      await pulls.merge((await merging(pullRequestId, expectedHeadOid)).number);
      return { clientMutationId: null };
    },
  };
}

function refHead(directory: string, name: string): string | null {
  return branchHead(directory, name.replace(/^refs\/heads\//, ''));
}

function shown({ number, state, head, by, at, autoMerge }: StoredPull, host: string) {
  const actor = by === null ? null : { __typename: 'User', login: by };
  return {
    id: `PR_${number}`,
    number,
    url: `http://${host}/team/config/pull/${number}`,
    state: state.toUpperCase(),
    headRefOid: head,
    isCrossRepository: false,
    mergedBy: state === 'merged' ? actor : null,
    mergedAt: state === 'merged' ? at : null,
    closedAt: state === 'open' ? null : at,
    autoMergeRequest: autoMerge && state === 'open' ? { enabledAt: '2026-01-02T03:04:05Z' } : null,
    timelineItems: { nodes: state === 'closed' ? [{ __typename: 'ClosedEvent', actor }] : [] },
  };
}
