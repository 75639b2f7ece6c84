import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createBareRepository } from '../../../sandbox/git/bare-repository.ts';
import { createMemorySecrets } from '../../../src/adapters/memory/secrets.ts';
import type { GitRepository } from '../../../src/domain/service.ts';
import type { OpenGitHost } from '../../../src/ports/git-host.ts';
import type { Secrets } from '../../../src/ports/secrets.ts';
import type { GitFiles, GitWorld } from '../../contract/git-host.contract.ts';
import { pastTheServer } from '../git/past-the-server.ts';
import { IMPATIENCE, type RefusalsWorld } from '../../contract/git-refusals.contract.ts';
import { createStoredPulls, type StoredPulls } from './stored-pulls.ts';

export type ForgeUser = 'writer' | 'reader';

/** What a stand-in serves: one repository, `team/config`, and what its owners have set. */
export type ForgeState = {
  readonly directory: string;
  /** Users by their tokens. */
  readonly tokens: ReadonlyMap<string, ForgeUser>;
  /** Tokens that the forge has granted itself, of a writer. */
  readonly granted: Set<string>;
  /** Words of a hook that declines every commit. */
  declined: string | null;
  isProtected: boolean;
  /** Epoch seconds until which nothing is answered. */
  limitedUntil: number | null;
  readonly pulls: StoredPulls;
  /** Somebody else's deed between two looks at the branch within one request. */
  meanwhile: (() => Promise<unknown>) | null;
};

export type StandIn = { readonly url: string; readonly calls: readonly string[]; stop(): Promise<void> };

export type ForgeOptions = {
  readonly host: GitRepository['host'];
  readonly start: (state: ForgeState) => Promise<StandIn>;
  readonly open: (secrets: Secrets, limits: { readonly silence?: number }) => OpenGitHost;
  readonly protectedWords: string;
  /** Secret of a user with that token, unless it is `{"token"}`. */
  readonly secretOf?: (user: 'writer' | 'reader' | 'stranger', token: string) => string;
};

export type ForgeWorld = GitWorld & RefusalsWorld & {
  readonly state: ForgeState;
  readonly standIn: StandIn;
};

/** A real bare repository behind a stand-in for a forge, and the client under test. */
export async function createForgeWorld(files: GitFiles, { host, start, open, protectedWords, secretOf = tokenSecret }: ForgeOptions): Promise<ForgeWorld> {
  const directory = await mkdtemp(join(tmpdir(), `slipway-${host}-`));
  const bare = await createBareRepository(directory, files);
  const tokens = { writer: randomUUID(), reader: randomUUID(), stranger: randomUUID() };
  const state: ForgeState = { directory, tokens: new Map([[tokens.writer, 'writer'], [tokens.reader, 'reader']]), granted: new Set(), pulls: createStoredPulls(directory), declined: null, isProtected: false, limitedUntil: null, meanwhile: null };
  const standIn = await start(state);
  const secrets = createMemorySecrets(Object.fromEntries((['writer', 'reader', 'stranger'] as const).map((user) => [`slipway/${user}`, secretOf(user, tokens[user])])));
  const repository: GitRepository = { host, url: `${standIn.url}/team/config.git`, branch: 'main', aliases: [] };
  return {
    url: repository.url,
    state,
    standIn,
    open: openWith(open(secrets, {}), repository),
    openImpatiently: openWith(open(secrets, { silence: IMPATIENCE }), repository),
    ...pastTheServer(bare),
    decline: async (words) => void (state.declined = words),
    async protect() {
      state.isProtected = true;
      return protectedWords;
    },
    async stop() {
      await standIn.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function openWith(openGitHost: OpenGitHost, repository: GitRepository): GitWorld['open'] {
  return (user, overrides) => openGitHost({ ...repository, credentials: `slipway/${user}`, ...overrides });
}

function tokenSecret(_user: string, token: string): string {
  return JSON.stringify({ token });
}
