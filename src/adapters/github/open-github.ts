import { ConfigurationError } from '../../domain/errors.ts';
import type { GitRepository } from '../../domain/service.ts';
import type { GitHost, OpenGitHost } from '../../ports/git-host.ts';
import type { OpenPullRequests } from '../../ports/pull-requests.ts';
import type { Secrets } from '../../ports/secrets.ts';
import type { Asked } from '../forge/answer-error.ts';
import { createApiHost } from '../forge/api-host.ts';
import { createForgeClient, type Forge, nameOf, repositoryPath, webPage } from '../forge/forge.ts';
import type { HttpClient } from '../http/http-client.ts';
import { fetchInstallationToken, type InstallationToken } from './app-token.ts';
import { commitFiles } from './commit.ts';
import { type GitHubCredentials, parseGitHubCredentials } from './credentials.ts';
import { createGitHubPulls } from './pull-requests.ts';
import { readSnapshot } from './read.ts';

export type GitHubPorts = {
  readonly secrets: Secrets;
  /** Epoch milliseconds. */
  readonly now?: () => number;
  /** How long the host may be silent, in milliseconds. */
  readonly silence?: number;
};

export type GitHubRepository = Forge & {
  readonly branch: string;
  readonly owner: string;
  readonly repository: string;
  /** What comes before the paths of the REST API. */
  readonly restPath: string;
  /** Asks for another token next time: the one in use was not accepted. */
  readonly forgetToken: () => void;
};

/** GitHub by its API, GitHub Enterprise included. */
export function createOpenGitHub(ports: GitHubPorts): OpenGitHost {
  return createOpen(ports, createGitHubHost, { contents: 'write' });
}

/** Its pull requests. */
export function createOpenGitHubPulls(ports: GitHubPorts): OpenPullRequests {
  return createOpen(ports, createGitHubPulls, { contents: 'write', pull_requests: 'write' });
}

type Create<Host> = (github: GitHubRepository, repository: GitRepository) => Host;

/** Connections and an App's tokens are kept for the life of the process. */
function createOpen<Host>({ secrets, now = Date.now, silence }: GitHubPorts, create: Create<Host>, permissions: TokenSource['permissions']): (repository: GitRepository) => Promise<Host> {
  const clients = new Map<string, HttpClient>();
  const tokens = new Map<string, Promise<InstallationToken>>();
  return async (repository) => {
    const key = JSON.stringify([repository.url, repository.api, repository.caBundle]);
    const api = apiOf(repository);
    const client = clients.get(key) ?? createForgeClient(repository, api.url, silence);
    clients.set(key, client);
    const place = { ...ownerOf(repository), restPath: api.restPath, branch: repository.branch };
    const secret = repository.credentials;
    const asked = { name: nameOf(repository), client, ...(secret === undefined ? {} : { secret }) };
    const open = (headers: GitHubRepository['headers']) => create({ ...asked, ...place, headers, forgetToken: () => void tokens.delete(`${key} ${secret}`) }, repository);
    if (secret === undefined) return open(async () => ({}));
    const credentials = parseGitHubCredentials(secret, await secrets.read(secret));
    const token = tokenSource({ asked, secret, credentials, place, now, permissions, tokens: { map: tokens, key: `${key} ${secret}` } });
    return open(async () => ({ authorization: `Bearer ${await token()}` }));
  };
}

function createGitHubHost(github: GitHubRepository, repository: GitRepository): GitHost {
  return createApiHost({
    readSnapshot: (paths, revision) => readSnapshot(github, paths, revision),
    commitFiles: (change) => commitFiles(github, change),
    commitPages: `${webPage(repository)}/commit/`,
  });
}

/** GitHub.com, its tenants of their own (`octocorp.ghe.com`), and GitHub Enterprise Server, whose API is below `/api`. */
function apiOf({ url, api }: GitRepository): { readonly url: string; readonly restPath: string } {
  const { protocol, host } = new URL(url);
  if (api !== undefined) return { url: api, restPath: /\/api\/?$/.test(api) ? '/v3' : '' };
  if (host === 'github.com' || host.endsWith('.ghe.com')) return { url: `${protocol}//api.${host}`, restPath: '' };
  return { url: `${protocol}//${host}/api`, restPath: '/v3' };
}

function ownerOf(repository: GitRepository): { readonly owner: string; readonly repository: string } {
  const [owner, name, ...rest] = repositoryPath(repository).split('/');
  if (!owner || !name || rest.length > 0) throw new ConfigurationError(`${nameOf(repository)} is not the URL of a repository on GitHub; write it as https://github.com/team/config.`);
  return { owner, repository: name };
}

type TokenSource = {
  readonly asked: Asked & { readonly client: HttpClient };
  readonly secret: string;
  readonly credentials: GitHubCredentials;
  readonly place: { readonly repository: string; readonly restPath: string };
  readonly now: () => number;
  /** What an App's token is asked for. */
  readonly permissions: Readonly<Record<string, 'write'>>;
  readonly tokens: { readonly map: Map<string, Promise<InstallationToken>>; readonly key: string };
};

/** A token as it is, or an App's, asked for again before it expires; a failure is forgotten. */
function tokenSource({ asked, secret, credentials, place, now, permissions, tokens: { map, key } }: TokenSource): () => Promise<string> {
  if ('token' in credentials) return async () => credentials.token;
  return async () => {
    const kept = await map.get(key);
    if (kept !== undefined && now() < kept.until) return kept.token;
    const fetching = fetchInstallationToken(asked, { app: credentials, secret, ...place, now: now(), permissions });
    map.set(key, fetching);
    fetching.catch(() => map.delete(key));
    return (await fetching).token;
  };
}
