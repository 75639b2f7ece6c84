import { createMemoryGitHosts } from '../../src/adapters/memory/git-host.ts';
import { gitHostContract } from './git-host.contract.ts';

const URL = 'https://git.example.com/team/config.git';

gitHostContract('memory', async (files) => {
  const hosts = createMemoryGitHosts();
  const repository = hosts.add(URL, { files, access: { 'slipway/writer': 'write', 'slipway/reader': 'read' } });
  return {
    url: URL,
    open: (user, overrides) => hosts.open({ host: 'git', url: URL, branch: 'main', credentials: `slipway/${user}`, aliases: [], ...overrides }),
    commit: async (changed) => repository.commit(changed),
    head: async () => repository.head(),
    reset: async (revision) => repository.reset(revision),
    decline: async (words) => repository.decline(words),
    async protect() {
      repository.decline('main is protected');
      return 'main is protected';
    },
    stop: async () => undefined,
  };
});
