import { setTimeout as sleep } from 'node:timers/promises';
import type { BareRepository } from '../../sandbox/git/bare-repository.ts';

const FILE = 'rival/notes.md';

export type Rival = {
  /** Ends its work; how often it has committed, and whether the branch holds what it wrote last. */
  stop(): Promise<{ readonly commits: number; readonly isThere: boolean }>;
};

/** Somebody who commits elsewhere on the branch, again and again, on whatever is there: in the repository itself, so without a way to it. */
export function startRival(repository: BareRepository, everyMs: number): Rival {
  let commits = 0;
  let stopped = false;
  const working = work();

  async function work(): Promise<void> {
    for (let due = performance.now(); !stopped; due += everyMs) {
      await sleep(Math.max(0, due - performance.now()));
      await repository.commit({ message: `Note ${commits + 1}`, files: { [FILE]: `note ${commits + 1}\n` } });
      commits += 1;
    }
  }

  return {
    async stop() {
      stopped = true;
      await working;
      const { [FILE]: held } = await repository.readFiles('refs/heads/main', [FILE]);
      return { commits, isThere: commits === 0 || held === `note ${commits}\n` };
    },
  };
}
