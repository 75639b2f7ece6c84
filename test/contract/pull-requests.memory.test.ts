import { createMemoryGitHosts } from '../../src/adapters/memory/git-host.ts';
import type { GitRepository } from '../../src/domain/service.ts';
import { pullRequestsContract } from './pull-requests.contract.ts';

const REPOSITORY: GitRepository = { host: 'gitea', url: 'https://git.example.com/team/config.git', branch: 'main', aliases: [] };

pullRequestsContract('memory', async (files) => {
  const hosts = createMemoryGitHosts();
  const repository = hosts.add(REPOSITORY.url, { files, access: { 'slipway/writer': 'write', 'slipway/reader': 'read' } });
  const { pulls } = repository;
  return {
    open: (user) => hosts.openPullRequests({ ...REPOSITORY, credentials: `slipway/${user}` }),
    openHost: (user) => hosts.open({ ...REPOSITORY, credentials: `slipway/${user}` }),
    commit: async (changed) => repository.commit(changed),
    head: async () => repository.head(),
    merge: async (number) => void pulls.merge(number, 'ada'),
    close: async (number) => pulls.close(number, 'ada'),
    person: 'ada',
    branch: async (name) => pulls.branch(name),
    words: async (number) => {
      const { title = '', body = '' } = pulls.all().find((one) => one.number === number) ?? {};
      return { title, body };
    },
    async requireCheck() {
      pulls.check(true);
      return async () => pulls.check(false);
    },
    meanwhile: null,
    stop: async () => undefined,
  };
});
