import { createMemorySecrets } from '../../../src/adapters/memory/secrets.ts';
import type { GitRepository } from '../../../src/domain/service.ts';
import type { OpenPullRequests } from '../../../src/ports/pull-requests.ts';
import type { Secrets } from '../../../src/ports/secrets.ts';
import type { GitFiles } from '../../contract/git-host.contract.ts';
import type { PullRequestsWorld } from '../../contract/pull-requests.contract.ts';
import { createForgeWorld, type ForgeOptions } from './forge-world.ts';
import { headAndParent, remainsOf } from '../git/past-the-server.ts';
import { PERSON } from './stored-pulls.ts';

export type PullsOptions = ForgeOptions & {
  readonly openPulls: (secrets: Secrets) => OpenPullRequests;
  /** Whether the host says who closed a pull request, and merges by itself. */
  readonly person?: string | null;
  readonly hasChecks?: boolean;
};

/** A repository on a stand-in with pull requests. */
export async function createPullsWorld(files: GitFiles, options: PullsOptions): Promise<PullRequestsWorld> {
  const { host, openPulls, secretOf = (_user, token) => JSON.stringify({ token }), person = PERSON, hasChecks = true } = options;
  const world = await createForgeWorld(files, options);
  const { state, url } = world;
  const { directory, pulls } = state;
  const tokens = Object.fromEntries([...state.tokens].map(([token, user]) => [user, token]));
  const secrets = createMemorySecrets(Object.fromEntries((['writer', 'reader', 'stranger'] as const).map((user) => [`slipway/${user}`, secretOf(user, tokens[user] ?? 'unknown')])));
  const repository: GitRepository = { host, url, branch: 'main', aliases: [] };
  return {
    open: (user) => openPulls(secrets)({ ...repository, credentials: `slipway/${user}` }),
    openHost: (user) => world.open(user),
    commit: (changed) => world.commit(changed),
    head: () => world.head(),
    merge: (number) => pulls.merge(number),
    close: async (number) => pulls.close(number),
    person,
    branch: (name) => headAndParent(directory, name),
    words: async (number) => ({ title: pulls.find(number)?.title ?? '', body: pulls.find(number)?.body ?? '' }),
    requireCheck: hasChecks ? async () => pulls.requireCheck() : null,
    meanwhile: (deed) => void (state.meanwhile = deed),
    // GitHub has no such switch.
    ...(host !== 'github' && { turnOff: async () => pulls.turnOff() }),
    remains: { ...remainsOf(directory), decline: async (words) => void (state.declined = words), hasAside: host !== 'gitlab' },
    stop: () => world.stop(),
  };
}
