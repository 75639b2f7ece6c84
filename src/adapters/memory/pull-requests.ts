import { ConflictError, NotFoundError, RefusedError } from '../../domain/errors.ts';
import type { PullRequest } from '../../domain/pull-request.ts';
import type { GitRepository } from '../../domain/service.ts';
import type { Proposal, PullRequests } from '../../ports/pull-requests.ts';
import { append, headOf, type OpenedPull, remember, type Revision, type Stored } from './stored-repository.ts';

/** What people do with pull requests, seen from the other side of the port. */
export type MemoryPulls = {
  /** Every one that was opened, in order. */
  all(): readonly OpenedPull[];
  /** Merges as a squash does: one commit on the base, of this message or the title. */
  merge(number: number, by?: string, message?: string): string;
  close(number: number, by?: string): void;
  /** Checks that are not over from now on, or are: then what waits for them is merged. */
  check(pending: boolean): void;
  /** Commit that a branch points to, and its parent; null where there is no such branch. */
  branch(name: string): { readonly head: string; readonly parent: string } | null;
};

const AT = '2026-01-02T04:00:00.000Z';

export function pullsOf(stored: Stored): MemoryPulls {
  const { pulls } = stored;
  const merge: MemoryPulls['merge'] = (number, by = 'ada', message) => {
    const { branch, title } = pullOf(stored, number);
    const { files } = pulls.heads.get(branch) ?? headOf(stored);
    const { parent } = pulls.heads.get(branch) ?? { parent: null };
    const before = stored.revisions.find(({ id }) => id === parent)?.files ?? {};
    const changed = Object.fromEntries(Object.entries(files).filter(([path, text]) => before[path] !== text));
    const revision = append(stored, message ?? `${title} (#${number})\n`, { ...headOf(stored).files, ...changed });
    replace(stored, number, { state: 'merged', by, at: AT });
    return revision;
  };
  return {
    all: () => pulls.opened,
    merge,
    close: (number, by = 'ada') => replace(stored, number, { state: 'closed', by, at: AT }),
    check(pending) {
      pulls.pendingChecks = pending;
      if (!pending) for (const one of pulls.opened.filter(({ state, autoMerge }) => state === 'open' && autoMerge)) merge(one.number);
    },
    branch(name) {
      const found = pulls.heads.get(name);
      return found === undefined ? null : { head: found.id, parent: found.parent ?? '' };
    },
  };
}

/** Pull requests of a repository in this process. */
export function createMemoryPullRequests({ url, branch: base }: GitRepository, enter: (right: 'read' | 'write') => Stored): PullRequests {
  const name = `Git repository ${url}`;
  return {
    async find(branch) {
      const stored = enter('read');
      const open = stored.pulls.opened.find((one) => one.branch === branch && one.state === 'open');
      return { name: branch, head: stored.pulls.heads.get(branch)?.id ?? null, pullRequest: open === undefined ? null : asPort(open) };
    },
    async propose(proposal) {
      const stored = enter('write');
      const { branch, base: read, message } = proposal;
      const now = stored.pulls.heads.get(branch.name)?.id ?? null;
      if (now !== branch.head) throw new ConflictError(`${name}: ${branch.name} moved before the commit arrived.`);
      const files = headOf(stored).files;
      if (Object.keys(proposal.files).some((path) => files[path] !== read.files[path])) throw new ConflictError(`${name}: ${base} changed before the commit arrived.`);
      if (stored.declined !== null) throw new RefusedError(`${name} declined the push to ${branch.name}: ${stored.declined}.`);
      const commit = remember(stored, { message: `${message.trimEnd()}\n`, files: { ...files, ...proposal.files }, parent: headOf(stored).id });
      stored.pulls.heads.set(branch.name, commit);
      return asPort(openOrUpdate(stored, url, proposal, commit));
    },
    look: async (number) => asPort(pullOf(enter('read'), number, name)),
    async withdraw({ name: branch, pullRequest }) {
      const stored = enter('write');
      stored.pulls.heads.delete(branch);
      if (pullRequest !== null) replace(stored, pullRequest.number, { state: 'closed' });
    },
    async autoMerge({ number }) {
      const stored = enter('write');
      if (pullOf(stored, number).state !== 'open') return;
      replace(stored, number, { autoMerge: true });
      pullsOf(stored).check(stored.pulls.pendingChecks);
    },
    checkRights: async () => void enter('write'),
  };
}

function openOrUpdate(stored: Stored, url: string, { branch, title, body }: Proposal, { id: head }: Revision): OpenedPull {
  const { opened } = stored.pulls;
  const open = opened.find((one) => one.branch === branch.name && one.state === 'open');
  if (open !== undefined) return replace(stored, open.number, { title, body, head });
  const number = opened.length + 1;
  opened.push({ number, url: `${url}/pulls/${number}`, state: 'open', head, branch: branch.name, title, body, autoMerge: false });
  return pullOf(stored, number);
}

function pullOf({ pulls }: Stored, number: number, name = 'The repository'): OpenedPull {
  const found = pulls.opened.find((one) => one.number === number);
  if (found === undefined) throw new NotFoundError(`${name} has no pull request #${number}.`);
  return found;
}

function replace(stored: Stored, number: number, change: Partial<OpenedPull>): OpenedPull {
  const changed = { ...pullOf(stored, number), ...change };
  stored.pulls.opened.splice(number - 1, 1, changed);
  return changed;
}

function asPort({ number, url, state, head, by, at }: OpenedPull): PullRequest {
  return { number, url, state, head, ...(by !== undefined && { by }), ...(at !== undefined && { at }) };
}
