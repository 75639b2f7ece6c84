import { afterEach, describe, expect, it } from 'vitest';
import { type ImageRegistry, startImageRegistry } from '../../../bench/updater/image-registry.ts';
import { imageOf } from '../../../sandbox/scenarios/image.ts';

let registry: ImageRegistry;

async function aRegistry() {
  registry = await startImageRegistry();
  registry.put('web', imageOf('1.0.0'));
  registry.put('web', imageOf('1.0.1'));
  return (path: string, method = 'GET') => fetch(registry.url + path, { method });
}

afterEach(() => registry.stop());

describe('startImageRegistry', () => {
  it('lists the tags of a repository', async () => {
    const get = await aRegistry();
    expect(await (await get('/v2/web/tags/list')).json()).toEqual({ name: 'web', tags: ['1.0.0', '1.0.1'] });
    expect((await get('/v2/')).status).toBe(200);
  });

  it('gives a manifest by tag and by digest', async () => {
    const get = await aRegistry();
    const { digest, manifest } = imageOf('1.0.1');
    for (const reference of ['1.0.1', digest]) {
      const answer = await get(`/v2/web/manifests/${reference}`);
      expect([answer.headers.get('docker-content-digest'), await answer.text()]).toEqual([digest, manifest]);
    }
    expect((await get('/v2/web/manifests/1.0.1', 'HEAD')).headers.get('content-length')).toBe(String(manifest.length));
  });

  it('gives the config that a manifest names', async () => {
    const get = await aRegistry();
    const { manifest } = imageOf('1.0.0');
    const { config } = JSON.parse(manifest) as { config: { digest: string } };
    expect(await (await get(`/v2/web/blobs/${config.digest}`)).json()).toMatchObject({ config: { Env: ['VERSION=1.0.0'] } });
  });

  it.each(['/v2/other/tags/list', '/v2/web/manifests/9.9.9', '/v2/web/blobs/sha256:0', '/v2/web/unknown/thing'])('does not find %s', async (path) => {
    const get = await aRegistry();
    expect((await get(path)).status).toBe(404);
  });

  it('is only read', async () => {
    const get = await aRegistry();
    expect((await get('/v2/web/manifests/1.0.0', 'PUT')).status).toBe(405);
  });
});
