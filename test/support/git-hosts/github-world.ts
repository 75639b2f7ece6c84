import { generateKeyPairSync } from 'node:crypto';
import { createOpenGitHub, createOpenGitHubPulls, type GitHubPorts } from '../../../src/adapters/github/open-github.ts';
import type { GitFiles } from '../../contract/git-host.contract.ts';
import type { PullRequestsWorld } from '../../contract/pull-requests.contract.ts';
import { createForgeWorld, type ForgeWorld } from './forge-world.ts';
import { startGitHub } from './github-stand-in.ts';
import { createPullsWorld } from './pulls-world.ts';

let keys: { readonly publicKey: string; readonly privateKey: string } | null = null;

/** One key for a test file: to make one takes longer than most tests. */
export function appKeys() {
  return (keys ??= generateKeyPairSync('rsa', { modulusLength: 2048, publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs1', format: 'pem' } }));
}

export type GitHubWorldOptions = Pick<GitHubPorts, 'now'> & {
  /** The writer is a GitHub App with an installation, not a person with a token. */
  readonly asApp?: boolean;
  /** What its secret says, where it is not what GitHub knows. */
  readonly installationId?: string;
  readonly privateKey?: string;
};

/** A repository on the stand-in for GitHub Enterprise Server. */
export async function createGitHubWorld(files: GitFiles, { asApp = false, installationId, privateKey, ...ports }: GitHubWorldOptions = {}): Promise<ForgeWorld> {
  const app = { appId: '12345', installationId: '67890' };
  return createForgeWorld(files, {
    host: 'github',
    start: (state) => startGitHub(state, asApp ? { ...app, publicKey: appKeys().publicKey } : undefined),
    open: (secrets, limits) => createOpenGitHub({ secrets, ...ports, ...limits }),
    protectedWords: 'Changes must be made through a pull request',
    ...(asApp ? { secretOf: (user, token) => JSON.stringify(user === 'writer' ? { ...app, installationId: installationId ?? app.installationId, privateKey: privateKey ?? appKeys().privateKey } : { token }) } : {}),
  });
}

/** Its pull requests. */
export async function createGitHubPullsWorld(files: GitFiles): Promise<PullRequestsWorld> {
  return createPullsWorld(files, {
    host: 'github',
    start: (state) => startGitHub(state),
    open: (secrets, limits) => createOpenGitHub({ secrets, ...limits }),
    openPulls: (secrets) => createOpenGitHubPulls({ secrets }),
    protectedWords: 'Changes must be made through a pull request',
  });
}
