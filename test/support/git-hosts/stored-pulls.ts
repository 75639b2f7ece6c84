import { branchHead, moveBranch } from '../../../sandbox/git/refs.ts';
import { runGit } from '../../../sandbox/git/run-git.ts';
import { readCommit } from '../../../sandbox/git/stored-objects.ts';
import { writeCommit } from '../../../sandbox/git/write-objects.ts';

/** A pull request as a stand-in keeps it. */
export type StoredPull = {
  readonly number: number;
  readonly branch: string;
  readonly base: string;
  title: string;
  body: string;
  state: 'open' | 'merged' | 'closed';
  /** Head of its branch when it was last open. */
  head: string;
  by: string | null;
  at: string | null;
  mergeCommit: string | null;
  autoMerge: boolean;
};

/** Pull requests of the one repository of a stand-in, over a real bare repository. */
export type StoredPulls = ReturnType<typeof createStoredPulls>;

/** Who merges and closes. */
export const PERSON = 'ada';

export function createStoredPulls(directory: string) {
  const pulls: StoredPull[] = [];
  let checks: 'none' | 'pending' | 'succeeded' = 'none';
  let isOn = true;

  function find(number: number): StoredPull | undefined {
    return pulls.find((one) => one.number === number);
  }

  function opened(branch: string): StoredPull | undefined {
    return pulls.find((one) => one.branch === branch && one.state === 'open');
  }

  function refresh(pull: StoredPull): StoredPull {
    if (pull.state === 'open') pull.head = branchHead(directory, pull.branch) ?? pull.head;
    return pull;
  }

  /** As a person or the host merges: one commit on the base. */
  async function merge(number: number, by = PERSON): Promise<void> {
    const pull = refresh(found(number));
    const from = branchHead(directory, pull.base);
    const [parent = ''] = (await readCommit(directory, pull.head))?.parents ?? [];
    const names = (await runGit(directory, ['diff', '--name-only', '-z', parent, pull.head])).toString().split('\0').filter(Boolean);
    const files = Object.fromEntries(await Promise.all(names.map(async (name) => [name, await runGit(directory, ['cat-file', 'blob', `${pull.head}:${name}`])] as const)));
    const mergeCommit = await writeCommit(directory, { parent: from, message: `${pull.title} (#${number})`, files });
    moveBranch(directory, { branch: pull.base, from, to: mergeCommit });
    Object.assign(pull, { state: 'merged', by, at: '2026-01-02T04:00:00Z', mergeCommit });
  }

  function found(number: number): StoredPull {
    const pull = find(number);
    if (pull === undefined) throw new Error(`The stand-in has no pull request #${number}.`);
    return pull;
  }

  return {
    find,
    opened,
    refresh,
    merge,
    all: () => pulls,
    open(pull: Pick<StoredPull, 'branch' | 'base' | 'title' | 'body'>): StoredPull {
      const created: StoredPull = { ...pull, number: pulls.length + 1, state: 'open', head: '', by: null, at: null, mergeCommit: null, autoMerge: false };
      pulls.push(created);
      return refresh(created);
    },
    close(number: number, by: string | null = PERSON): void {
      Object.assign(refresh(found(number)), { state: 'closed', by, at: '2026-01-02T04:00:00Z' });
    },
    /** What the host does once nothing is to be waited for; whether it has merged. */
    async mergeWhenReady(number: number): Promise<boolean> {
      found(number).autoMerge = true;
      if (checks === 'pending') return false;
      await merge(number);
      return true;
    },
    requireCheck() {
      checks = 'pending';
      return async (): Promise<void> => {
        checks = 'succeeded';
        for (const { number } of pulls.filter(({ state, autoMerge }) => state === 'open' && autoMerge)) await merge(number);
      };
    },
    checksPending: () => checks === 'pending',
    turnOff: () => void (isOn = false),
    areOn: () => isOn,
  };
}
