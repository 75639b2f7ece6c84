import { commitPage } from '../../domain/git-url.ts';
import type { Instant } from '../../domain/instant.ts';
import type { GitRepository } from '../../domain/service.ts';
import type { GitBatch, GitHost, GitSnapshot, OpenGitHost } from '../../ports/git-host.ts';
import type { Secrets } from '../../ports/secrets.ts';
import { createForgeClient, nameOf } from '../forge/forge.ts';
import { isRevision, missingCommit, placeOf } from '../forge/repository-files.ts';
import type { HttpClient } from '../http/http-client.ts';
import { readBasicAuthorization } from './credentials.ts';
import { type Place, readFiles, writeFiles } from './files.ts';
import { createObjectCache, type ObjectCache } from './object-cache.ts';
import { createObjectStore } from './object-store.ts';
import { formatCommit, type GitCommit, type NewObject, parseCommit } from './objects.ts';
import { recentCommits } from './recent-commits.ts';
import { push } from './receive-pack.ts';
import { type Remote, understand } from './remote.ts';
import { readCommitSigner, type SignCommit } from './signing.ts';
import { branchHead, type ReadCapabilities, readCapabilities } from './upload-pack.ts';

export type GitPorts = {
  readonly secrets: Secrets;
  readonly now?: () => Instant;
  /** How long the server may be silent, in milliseconds. */
  readonly silence?: number;
};

/**
 * Git servers over smart HTTP. Connections, what servers can do, and the objects that were read or written are remembered for the life
 * of the process: where nobody else has committed since, a read asks for the branch head alone.
 */
export function createOpenGit({ secrets, now = systemTime, silence }: GitPorts): OpenGitHost {
  const clients = new Map<string, HttpClient>();
  const known = new Map<string, Promise<ReadCapabilities>>();
  const caches = new Map<string, ObjectCache>();
  return async (repository) => {
    const key = JSON.stringify([repository.url, repository.caBundle]);
    const client = clients.get(key) ?? createForgeClient(repository, repository.url, silence);
    clients.set(key, client);
    const [remote, sign] = await Promise.all([openRemote(repository, client, secrets), openSigner(repository, secrets)]);
    // What one user may read tells nothing of another.
    const cache = cacheOf(caches, JSON.stringify([key, repository.credentials]));
    return createGitHost({ remote, repository, sign, now, cache, capabilities: () => remember(known, key, () => readCapabilities(remote)) });
  };
}

function systemTime(): Instant {
  return new Date().toISOString();
}

async function openRemote(repository: GitRepository, client: HttpClient, secrets: Secrets): Promise<Remote> {
  const remote = { name: nameOf(repository), url: repository.url, client };
  const secret = repository.credentials;
  if (secret === undefined) return remote;
  return { ...remote, secret, authorization: await readBasicAuthorization(secrets, secret) };
}

/** Read with the credentials, so that `slipway apply` finds out about a key that can't sign. */
async function openSigner({ commit }: GitRepository, secrets: Secrets): Promise<SignCommit | undefined> {
  return commit?.signingKey === undefined ? undefined : readCommitSigner(secrets, commit.signingKey);
}

function cacheOf(caches: Map<string, ObjectCache>, key: string): ObjectCache {
  const cache = caches.get(key) ?? createObjectCache();
  caches.set(key, cache);
  return cache;
}

/** A failure is forgotten, so that the next call asks again. */
function remember<Value>(memory: Map<string, Promise<Value>>, key: string, find: () => Promise<Value>): Promise<Value> {
  const remembered = memory.get(key) ?? find();
  memory.set(key, remembered);
  remembered.catch(() => memory.delete(key));
  return remembered;
}

type Connection = {
  readonly remote: Remote;
  readonly repository: GitRepository;
  readonly sign: SignCommit | undefined;
  readonly now: () => Instant;
  readonly cache: ObjectCache;
  readonly capabilities: () => Promise<ReadCapabilities>;
};

function createGitHost({ remote, repository, sign, now, cache, capabilities }: Connection): GitHost {
  const store = createObjectStore(remote, capabilities, cache);

  async function loadCommit(revision: string): Promise<GitCommit & { readonly place: Place }> {
    if (!isRevision(revision)) throw missingCommit(remote.name, revision);
    await store.loadNodes('commit', [revision]);
    return { ...parseCommit(store.body('commit', revision)), place: { store, where: placeOf(remote.name, revision) } };
  }

  async function read(paths: readonly string[], revision?: string): Promise<GitSnapshot> {
    await capabilities();
    const head = revision === undefined ? await branchHead(remote, repository.branch) : { revision };
    const { tree, message, place } = await loadCommit(head.revision);
    return { ...head, message, files: await readFiles(place, tree, paths) };
  }

  /** One pack for all: whatever two of them have in common is in it once. */
  async function commitEach({ head, commits }: GitBatch): Promise<readonly string[]> {
    let { tree } = await loadCommit(head);
    let parent = head;
    const objects = new Map<string, NewObject>();
    const revisions: string[] = [];
    const { author, committer } = repository.commit ?? {};
    for (const { files, message } of commits) {
      const place = { store, where: placeOf(remote.name, parent) };
      const written = await writeFiles(place, tree, files);
      const commit = formatCommit({ tree: written.id, parent, message, at: now(), author, committer, sign });
      for (const object of [...written.objects, commit]) {
        objects.set(object.id, object);
        store.add(object.id, object);
      }
      tree = written.id;
      parent = commit.id;
      revisions.push(commit.id);
    }
    await push(remote, { branch: repository.branch, from: head, to: parent, objects: [...objects.values()] });
    return revisions;
  }

  return {
    read: (paths, revision) => understand(remote, () => read(paths, revision)),
    async commit({ head, ...change }) {
      const [revision = ''] = await understand(remote, () => commitEach({ head, commits: [change] }));
      return revision;
    },
    commitEach: (batch) => understand(remote, () => commitEach(batch)),
    recent: (revision, limit) => understand(remote, async () => recentCommits(remote, { revision, limit, ...(await capabilities()) })),
    link: (revision) => commitPage(repository.url, revision),
  };
}
