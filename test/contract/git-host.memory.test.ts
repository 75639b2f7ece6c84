import { createMemoryGitHosts } from '../../src/adapters/memory/git-host.ts';
import { gitBatchContract } from './git-batch.contract.ts';
import { type ContentionWorld, gitContentionContract } from './git-contention.contract.ts';
import { type GitFiles, gitHostContract, type GitWorld } from './git-host.contract.ts';

const URL = 'https://git.example.com/team/config.git';

gitHostContract('memory', createWorld);
gitContentionContract('memory', createWorld);
gitBatchContract('memory', createWorld);

async function createWorld(files: GitFiles): Promise<GitWorld & ContentionWorld> {
  const hosts = createMemoryGitHosts();
  const repository = hosts.add(URL, { files, access: { 'slipway/writer': 'write', 'slipway/reader': 'read' } });
  return {
    url: URL,
    open: (user, overrides) => hosts.open({ host: 'git', url: URL, branch: 'main', credentials: `slipway/${user}`, aliases: [], ...overrides }),
    commit: async (changed) => repository.commit(changed),
    head: async () => repository.head(),
    messages: async () => repository.messages(),
    reset: async (revision) => repository.reset(revision),
    decline: async (words) => repository.decline(words),
    async protect() {
      repository.decline('main is protected');
      return 'main is protected';
    },
    stop: async () => undefined,
  };
}
