import { describe, it, vi } from 'vitest';
import { GIT_HOSTS, type GitRepository } from '../../src/domain/service.ts';
import { createLiveWorld, liveRepository } from '../support/git-hosts/live-world.ts';
import { gitContentionContract } from './git-contention.contract.ts';
import { gitHostContract, type GitHostOptions } from './git-host.contract.ts';

/** Against disposable repositories of your own, for the hosts whose variables are set: docs/git-hosts.md names them. */

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const NAMES: Readonly<Record<GitRepository['host'], GitHostOptions['names']>> = { git: ['author', 'committer'], github: [], gitlab: ['author'], gitea: ['author', 'committer'], codecommit: ['author'] };

describe.each(GIT_HOSTS)('a live repository on %s', (host) => {
  const live = liveRepository(host, process.env);
  if (live === null) {
    it.skip('is not named by any variable');
    return;
  }
  // A hook, a rule or a protected branch is for its administrator to set.
  const unable = live.readerSecret === undefined ? (['decline', 'protect', 'reader'] as const) : (['decline', 'protect'] as const);
  const refuse = () => Promise.reject(new Error(`A live repository on ${host} cannot be told to decline commits.`));
  gitHostContract(`live ${host}`, async (files) => ({ ...(await createLiveWorld(live, files)), decline: refuse, protect: refuse }), { unable, takesBack: host === 'gitlab', names: NAMES[host] ?? [] });
  gitContentionContract(`live ${host}`, (files) => createLiveWorld(live, files));
});
