import { CodeCommitClient } from '@aws-sdk/client-codecommit';
import { createOpenCodeCommit, createOpenCodeCommitPulls } from '../../../src/adapters/codecommit/open-codecommit.ts';
import type { GitRepository } from '../../../src/domain/service.ts';
import type { GitHost, OpenGitHost } from '../../../src/ports/git-host.ts';
import type { GitFiles } from '../../contract/git-host.contract.ts';
import type { PullRequestsWorld } from '../../contract/pull-requests.contract.ts';
import { IMPATIENCE } from '../../contract/git-refusals.contract.ts';
import { startCodeCommit } from './codecommit-stand-in.ts';
import { createForgeWorld, type ForgeWorld } from './forge-world.ts';
import { branchHead, parentsOf } from './stored-commits.ts';
import { PERSON } from './stored-pulls.ts';

const URL = 'https://git-codecommit.eu-central-1.amazonaws.com/v1/repos/config';

export type CodeCommitWorldOptions = {
  /** Where the SDK finds CodeCommit, given where the stand-in is. */
  readonly endpointOf?: (standIn: string) => string;
};

/** A repository on the stand-in for CodeCommit. A user is an access key: who is allowed what, IAM says. */
export async function createCodeCommitWorld(files: GitFiles, options: CodeCommitWorldOptions = {}): Promise<ForgeWorld> {
  const world = await createForgeWorld(files, {
    host: 'codecommit',
    start: startCodeCommit,
    open: (): OpenGitHost => () => Promise.reject(new Error('A repository on CodeCommit is opened by its access key.')),
    protectedWords: 'explicit deny',
  });
  const keys = new Map([...world.state.tokens].map(([token, user]) => [user as string, token]));
  const endpoint = (options.endpointOf ?? ((standIn) => standIn))(world.standIn.url);
  const openWith = (silence: number) => async (user: string, overrides?: Partial<GitRepository>): Promise<GitHost> => {
    const { credentials: _, ...repository }: GitRepository = { host: 'codecommit', url: URL, branch: 'main', aliases: [], ...overrides };
    return createOpenCodeCommit({ connect: (region) => clientOf(region, { endpoint, accessKeyId: keys.get(user) ?? 'AKIASTRANGER', silence }) })(repository);
  };
  return { ...world, url: URL, credentials: 'check the AWS credentials', open: openWith(30_000), openImpatiently: openWith(IMPATIENCE) };
}

/** Its pull requests: CodeCommit moves no branch by force, and merges none by itself. */
export async function createCodeCommitPullsWorld(files: GitFiles): Promise<PullRequestsWorld> {
  const world = await createCodeCommitWorld(files);
  const { directory, pulls, tokens } = world.state;
  const keys = new Map([...tokens].map(([token, user]) => [user as string, token]));
  const connect = (user: string) => (region: string) => clientOf(region, { endpoint: world.standIn.url, accessKeyId: keys.get(user) ?? 'AKIASTRANGER', silence: 30_000 });
  return {
    open: (user) => createOpenCodeCommitPulls({ connect: connect(user) })({ host: 'codecommit', url: URL, branch: 'main', aliases: [] }),
    openHost: (user) => world.open(user),
    commit: (changed) => world.commit(changed),
    head: () => world.head(),
    merge: (number) => pulls.merge(number),
    close: (number) => pulls.close(number),
    person: PERSON,
    async branch(name) {
      const head = await branchHead(directory, name);
      return head === null ? null : { head, parent: (await parentsOf(directory, head))[0] ?? '' };
    },
    words: async (number) => ({ title: pulls.find(number)?.title ?? '', body: pulls.find(number)?.body ?? '' }),
    requireCheck: null,
    rebases: false,
    meanwhile: null,
    stop: () => world.stop(),
  };
}

type Connection = { readonly endpoint: string; readonly accessKeyId: string; readonly silence: number };

/** Tries once: what is tried again, and how often, is the state machine's. */
function clientOf(region: string, { endpoint, accessKeyId, silence }: Connection): CodeCommitClient {
  return new CodeCommitClient({ region, endpoint, maxAttempts: 1, credentials: { accessKeyId, secretAccessKey: 'x' }, requestHandler: { requestTimeout: silence, throwOnRequestTimeout: true } });
}
