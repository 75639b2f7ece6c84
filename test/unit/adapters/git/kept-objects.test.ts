import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createObjectCache } from '../../../../src/adapters/git/object-cache.ts';
import { createObjectStore } from '../../../../src/adapters/git/object-store.ts';
import type { GitObject } from '../../../../src/adapters/git/objects.ts';
import { createHttpClient } from '../../../../src/adapters/http/http-client.ts';
import { createHttpGitWorld, type HttpGitWorld } from '../../../support/git/git-world.ts';

const FILE = 'envs/dev/values.yaml';

function aBlob(bytes: number): GitObject {
  return { type: 'blob', body: Buffer.alloc(bytes) };
}

describe('createObjectCache', () => {
  it('drops what was not used for longest once its bytes are full', () => {
    const cache = createObjectCache(100);
    cache.put('a', aBlob(40));
    cache.put('b', aBlob(40));
    cache.get('a');
    cache.put('c', aBlob(40));
    expect(['a', 'b', 'c'].map((id) => cache.get(id) !== undefined)).toEqual([true, false, true]);
  });

  it('counts an object once that is put twice', () => {
    const cache = createObjectCache(100);
    cache.put('a', aBlob(40));
    cache.put('b', aBlob(60));
    cache.put('b', aBlob(60));
    expect(cache.get('a')).toBeDefined();
  });

  it('does not keep an object that is greater than all it may hold', () => {
    const cache = createObjectCache(100);
    cache.put('a', aBlob(40));
    cache.put('b', aBlob(101));
    expect([cache.get('a') !== undefined, cache.get('b')]).toEqual([true, undefined]);
  });
});

describe('a Git host that is opened again', () => {
  let world: HttpGitWorld;
  const asked: string[] = [];
  const log = (message: unknown) => void asked.push((message as { request: ClientRequest }).request.path);

  beforeEach(async () => {
    world = await createHttpGitWorld({ [FILE]: 'tag: v1\n', 'envs/prod/values.yaml': 'tag: v1\n' });
    subscribe('http.client.request.start', log);
  });
  afterEach(async () => {
    unsubscribe('http.client.request.start', log);
    await world.stop();
  });

  async function commit(tag: string): Promise<string> {
    const host = await world.open('writer');
    const { revision } = await host.read([FILE]);
    return host.commit({ head: revision, files: { [FILE]: `tag: ${tag}\n` }, message: `Deploy ${tag}` });
  }

  it('asks for the branch head alone where nobody else has committed', async () => {
    await commit('v2');
    asked.splice(0);
    await commit('v3');
    expect(asked).toEqual(['/config.git/git-upload-pack', '/config.git/git-receive-pack']);
  });

  it('reads what somebody else has committed since', async () => {
    await commit('v2');
    await world.commit({ [FILE]: 'tag: theirs\n' });
    const { files } = await (await world.open('writer')).read([FILE]);
    expect(files[FILE]).toBe('tag: theirs\n');
  });

  it('shows one user nothing of what another has read', async () => {
    const head = await commit('v2');
    const stranger = await world.open('stranger');
    await expect(stranger.read([FILE], head)).rejects.toMatchObject({ name: 'UnauthorizedError' });
  });
});

describe('createObjectStore', () => {
  it('asks for a folder without the folders in it', async () => {
    const world = await createHttpGitWorld({ 'services/a/values.yaml': 'tag: v1\n', 'services/b/values.yaml': 'tag: v1\n' });
    try {
      const client = createHttpClient({ name: 'git', url: world.repository.url });
      const remote = { name: 'git', url: world.repository.url, client, authorization: `Basic ${btoa('reader:r')}` };
      const [services = '', one = ''] = (await world.git('rev-parse', 'main:services', 'main:services/a')).split('\n');
      const store = createObjectStore(remote, async () => ({ filter: true }), createObjectCache());
      await store.loadNodes('tree', [services]);
      expect(store.body('tree', services).length).toBeGreaterThan(0);
      expect(() => store.body('tree', one)).toThrow('did not send the tree');
    } finally {
      await world.stop();
    }
  });
});
