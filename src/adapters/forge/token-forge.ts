import type { CommitSettings, GitRepository } from '../../domain/service.ts';
import type { Secrets } from '../../ports/secrets.ts';
import type { HttpClient } from '../http/http-client.ts';
import { createForgeClient, type Forge, nameOf, repositoryPath } from './forge.ts';
import { parseTokenSecret } from './token-secret.ts';

export type ForgePorts = {
  readonly secrets: Secrets;
  /** How long the host may be silent, in milliseconds. */
  readonly silence?: number;
};

/** A repository on a host that takes an access token. */
export type TokenForge = Forge & Pick<CommitSettings, 'author' | 'committer'> & {
  readonly branch: string;
  /** `team/config`. */
  readonly path: string;
};

export type ForgeKind<Host> = {
  /** Where the API is, below the host's own root. */
  readonly apiPath: string;
  readonly headers: (token: string) => Readonly<Record<string, string>>;
  readonly create: (forge: TokenForge, repository: GitRepository) => Host;
};

/** Opens repositories of one kind of host. Connections are kept for the life of the process. */
export function createOpenForge<Host>({ secrets, silence }: ForgePorts, { apiPath, headers, create }: ForgeKind<Host>): (repository: GitRepository) => Promise<Host> {
  const clients = new Map<string, HttpClient>();
  return async (repository) => {
    const key = JSON.stringify([repository.url, repository.api, repository.caBundle]);
    const api = repository.api?.replace(/\/+$/, '') ?? `${new URL(repository.url).origin}${apiPath}`;
    const client = clients.get(key) ?? createForgeClient(repository, api, silence);
    clients.set(key, client);
    const secret = repository.credentials;
    const { author, committer } = repository.commit ?? {};
    const credentials = secret === undefined ? {} : headers(parseTokenSecret(secret, await secrets.read(secret)));
    const forge: TokenForge = {
      name: nameOf(repository),
      client,
      branch: repository.branch,
      path: repositoryPath(repository, new URL(api).pathname.replace(apiPath, '')),
      headers: async () => credentials,
      ...(secret === undefined ? {} : { secret }),
      ...(author === undefined ? {} : { author }),
      ...(committer === undefined ? {} : { committer }),
    };
    return create(forge, repository);
  };
}
