import { gitEnvironment } from '../sandbox/git/run-git.ts';
import { launch } from '../sandbox/launcher/launch.ts';
import { rounded, type Summary, summarize } from './statistics.ts';

export type ProcessFigures = {
  /** Memory of this process: to start another one itself it would copy its page tables. */
  readonly residentMiB: number;
  /** Milliseconds in which nothing else runs here, no server and no timer. */
  readonly blocks: Summary | null;
  /** Milliseconds to the end of `git --version`, which does nothing. */
  readonly ends: Summary | null;
};

/** What one git process costs a sandbox of this size. Each Git request of Slipway starts two, each refresh and sync of Argo CD some. */
export async function measureGitProcess(runs: number): Promise<ProcessFigures> {
  const blocks: number[] = [];
  const ends: number[] = [];
  for (let run = 0; run < runs; run++) {
    const begun = performance.now();
    const git = launch({ command: 'git', args: ['--version'], env: gitEnvironment });
    blocks.push(performance.now() - begun);
    await git.exited;
    ends.push(performance.now() - begun);
  }
  return { residentMiB: rounded(process.memoryUsage.rss() / 1024 / 1024), blocks: summarize(blocks), ends: summarize(ends) };
}
