import { execFile } from 'node:child_process';
import fs from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import isomorphic from 'isomorphic-git';
import http from 'isomorphic-git/http/node';
import { gitEnvironment } from '../../sandbox/git/run-git.ts';
import { createOpenGit } from '../../src/adapters/git/open-git-host.ts';
import { applyEdits } from '../../src/domain/edits.ts';
import type { GitRepository } from '../../src/domain/service.ts';
import type { OpenGitHost } from '../../src/ports/git-host.ts';
import { EDITED_FILE } from '../config-repository.ts';
import { releaseOf } from './deployer.ts';

export type Credential = { readonly username: string; readonly password: string };

/** Where a commit of one value goes. */
export type Place = { readonly url: string; readonly credential: Credential };

/** Commits one value, beginning with nothing but the URL. */
export type CommitValue = (place: Place, tag: string) => Promise<void>;

export const CONTENDERS = ['slipway', 'kept', 'git', 'isomorphic'] as const;

export type Contender = (typeof CONTENDERS)[number];

/** Contenders that read the whole tree of the head: their time grows with it. */
export const SLOW: readonly Contender[] = ['git', 'isomorphic'];

/** Each with what it keeps from one commit to the next: `kept` is a function that has committed there before. */
export function createContenders(): Readonly<Record<Contender, CommitValue>> {
  const kept = new Map<string, OpenGitHost>();
  return {
    slipway: (place, tag) => commitWithSlipway(openNew(place), place, tag),
    kept(place, tag) {
      const open = kept.get(place.url) ?? openNew(place);
      kept.set(place.url, open);
      return commitWithSlipway(open, place, tag);
    },
    git: (place, tag) => inFolder((folder) => commitWithGit(folder, place, tag)),
    isomorphic: (place, tag) => inFolder((folder) => commitWithIsomorphicGit(folder, place, tag)),
  };
}

function openNew({ credential }: Place): OpenGitHost {
  return createOpenGit({ secrets: { read: async () => JSON.stringify(credential) } });
}

async function commitWithSlipway(open: OpenGitHost, { url }: Place, tag: string): Promise<void> {
  const repository: GitRepository = { host: 'git', url, branch: 'main', credentials: 'bench', aliases: [] };
  const host = await open(repository);
  const { revision, files } = await host.read([EDITED_FILE]);
  const edited = applyEdits(files, [{ git: repository, file: EDITED_FILE, path: 'image.tag', value: 'tag' }], releaseOf('inference-service', tag));
  await host.commit({ head: revision, files: edited.files, message: `Deploy ${tag}` });
}

async function commitWithGit(folder: string, { url, credential }: Place, tag: string): Promise<void> {
  const authenticated = new URL(url);
  Object.assign(authenticated, credential);
  const git = (...args: readonly string[]) => promisify(execFile)('git', args, { env: gitEnvironment, cwd: folder });
  await git('clone', '--quiet', '--depth', '1', authenticated.href, '.');
  await setTag(folder, tag);
  await git('commit', '--quiet', '--all', '--message', `Deploy ${tag}`);
  await git('push', '--quiet', 'origin', 'main');
}

async function commitWithIsomorphicGit(dir: string, { url, credential }: Place, tag: string): Promise<void> {
  const repository = { fs, http, dir, onAuth: () => credential };
  await isomorphic.clone({ ...repository, url, ref: 'main', depth: 1, singleBranch: true, noTags: true });
  await setTag(dir, tag);
  await isomorphic.add({ fs, dir, filepath: EDITED_FILE });
  await isomorphic.commit({ fs, dir, message: `Deploy ${tag}`, author: { name: 'Bench', email: 'bench@example.com' } });
  await isomorphic.push({ ...repository, remote: 'origin', ref: 'main' });
}

async function setTag(folder: string, tag: string): Promise<void> {
  const path = join(folder, EDITED_FILE);
  await writeFile(path, (await readFile(path, 'utf8')).replace(/^( {2}tag: ).*$/m, `$1"${tag}" # the release`));
}

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'slipway-bench-clone-'));
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
