import { targetName } from '../../domain/deployment.ts';
import type { GitRepository } from '../../domain/service.ts';
import type { BatchStore, Lease, WaitingCommit } from '../../ports/batch-store.ts';

type Branch = { readonly waiting: Map<string, WaitingCommit>; lease: (Pick<Lease, 'holder' | 'until'> & { readonly isAlone: boolean }) | null };

export function createMemoryBatchStore(): BatchStore {
  const branches = new Map<string, Branch>();

  function branchOf(repository: GitRepository): Branch {
    const key = JSON.stringify(repository);
    const branch = branches.get(key) ?? { waiting: new Map(), lease: null };
    branches.set(key, branch);
    return branch;
  }

  return {
    async join(repository, waiting) {
      branchOf(repository).waiting.set(keyOf(waiting), structuredClone(waiting));
    },
    async waiting(repository, limit) {
      const { waiting } = branchOf(repository);
      return structuredClone([...waiting.values()].toSorted((a, b) => Date.parse(a.since) - Date.parse(b.since)).slice(0, limit));
    },
    async leave(repository, waiting) {
      const { waiting: all } = branchOf(repository);
      if (all.get(keyOf(waiting))?.taskToken === waiting.taskToken) all.delete(keyOf(waiting));
    },
    enter: async (repository, lease) => take(branchOf(repository), lease, true),
    lead: async (repository, lease) => take(branchOf(repository), lease, false),
    async stepDown(repository, holder) {
      const branch = branchOf(repository);
      if (branch.lease?.holder === holder) branch.lease = null;
    },
  };
}

function take(branch: Branch, { holder, now, until }: Lease, isAlone: boolean): boolean {
  const { lease } = branch;
  const isFree = lease === null || lease.holder === holder || Date.parse(lease.until) <= Date.parse(now) || (lease.isAlone && !isAlone);
  if (isFree) branch.lease = { holder, until, isAlone };
  return isFree;
}

function keyOf({ deployment, execution }: WaitingCommit): string {
  return `${targetName(deployment)} ${execution}`;
}
