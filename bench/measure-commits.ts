import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBareRepository } from '../sandbox/git/bare-repository.ts';
import { runGit } from '../sandbox/git/run-git.ts';
import { startGitServer } from '../sandbox/git/start-git-server.ts';
import { createOpenGit } from '../src/adapters/git/open-git-host.ts';
import { applyEdits } from '../src/domain/edits.ts';
import type { Release } from '../src/domain/release.ts';
import type { Edit, GitRepository } from '../src/domain/service.ts';
import type { OpenGitHost } from '../src/ports/git-host.ts';
import { configRepository, EDITED_FILE } from './config-repository.ts';
import { startRequestLog } from './request-log.ts';

/** One commit of one value, in milliseconds. The push is git's own check of what it received; `before` is everything up to it. */
export type CommitSample = { readonly total: number; readonly push: number; readonly before: number; readonly requests: number };

/** `fresh`: a function that has just started; `kept`: one that made the last commit. */
export type CommitSamples = Readonly<Record<'fresh' | 'kept', readonly CommitSample[]>>;

export type CommitPlan = { readonly sizes: readonly number[]; readonly warmUp: number; readonly runs: number; readonly tell: (text: string) => void };

/** Commits to repositories of different sizes by turns, so that what the machine does meanwhile falls on all of them. */
export async function measureCommits({ sizes, warmUp, runs, tell }: CommitPlan): Promise<ReadonlyMap<number, CommitSamples>> {
  const root = await mkdtemp(join(tmpdir(), 'slipway-bench-git-'));
  const credential = { username: 'slipway', password: crypto.randomUUID() };
  try {
    for (const size of sizes) {
      tell(`making a repository of ${size} files`);
      const { directory } = await createBareRepository(join(root, `${size}.git`), configRepository(size));
      // Packed with a commit graph, as Git servers keep their repositories.
      await runGit(directory, ['gc', '--quiet']);
    }
    const server = await startGitServer({ root, credentials: [{ ...credential, access: 'write' }] });
    try {
      return await commitByTurns({ sizes, warmUp, runs, tell }, { urlOf: (size) => server.repositoryUrl(String(size)), credential });
    } finally {
      await server.stop();
    }
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

type Server = { readonly urlOf: (size: number) => string; readonly credential: object };

async function commitByTurns({ sizes, warmUp, runs, tell }: CommitPlan, { urlOf, credential }: Server): Promise<ReadonlyMap<number, CommitSamples>> {
  const openNew = () => createOpenGit({ secrets: { read: async () => JSON.stringify(credential) } });
  const samples = new Map(sizes.map((size) => [size, { fresh: new Array<CommitSample>(), kept: new Array<CommitSample>() }]));
  for (let run = 1 - warmUp; run <= runs; run++) {
    if (run > 0 && run % 5 === 0) tell(`commit ${run} of ${runs}`);
    for (const [size, { fresh, kept }] of samples) {
      const open = openNew();
      const repository: GitRepository = { host: 'git', url: urlOf(size), branch: 'main', credentials: 'bench', aliases: [] };
      const first = await commitValue(open, repository, `1.${run + warmUp}.0`);
      const second = await commitValue(open, repository, `1.${run + warmUp}.1`);
      if (run < 1) continue;
      fresh.push(first);
      kept.push(second);
    }
  }
  return samples;
}

/** What CommitRelease does with Git: read the file at the head, edit the value, push with that head. */
async function commitValue(open: OpenGitHost, repository: GitRepository, tag: string): Promise<CommitSample> {
  const edits: readonly Edit[] = [{ git: repository, file: EDITED_FILE, path: 'image.tag', value: 'tag' }];
  const log = startRequestLog(() => 'git');
  const begun = performance.now();
  const host = await open(repository);
  const { revision, files } = await host.read([EDITED_FILE]);
  await host.commit({ head: revision, files: applyEdits(files, edits, release(tag)).files, message: `Deploy ${tag}` });
  const total = performance.now() - begun;
  // The server notes the end of its answer after the client has read it.
  await new Promise((resolve) => setImmediate(resolve));
  log.stop();
  const requests = log.take();
  const push = requests.find(({ name }) => name === 'POST git-receive-pack');
  if (push === undefined) throw new Error(`The commit of ${tag} to ${repository.url} was not pushed.`);
  return { total, push: push.to - push.from, before: total - (push.to - push.from), requests: requests.length };
}

function release(tag: string): Release {
  const digest = `sha256:${'0'.repeat(64)}`;
  const at = '2026-01-02T03:04:05.678Z';
  return { registry: '111122223333.dkr.ecr.eu-central-1.amazonaws.com', repository: 'inference-service', tag, digest, digests: [digest], releasedAt: at, imagePushedAt: at };
}
