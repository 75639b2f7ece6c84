import { randomBytes } from 'node:crypto';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type NewObject, objectId } from '../../../../src/adapters/git/objects.ts';
import { applyDelta } from '../../../../src/adapters/git/pack-delta.ts';
import { dataPacket, FLUSH } from '../../../../src/adapters/git/pkt-line.ts';
import { readPack } from '../../../../src/adapters/git/read-pack.ts';
import { push } from '../../../../src/adapters/git/receive-pack.ts';
import { writeDelta } from '../../../../src/adapters/git/write-delta.ts';
import { writePack } from '../../../../src/adapters/git/write-pack.ts';
import { createHttpGitWorld, type HttpGitWorld } from '../../../support/git/git-world.ts';

function aTree(bytes: number): NewObject & { readonly replaces: NonNullable<NewObject['replaces']> } {
  const before = randomBytes(bytes);
  const body = Buffer.from(before);
  body.write('changed', bytes >> 1);
  return { type: 'tree', id: objectId({ type: 'tree', body }), body, replaces: { id: objectId({ type: 'tree', body: before }), body: before } };
}

describe('writeDelta', () => {
  it('makes every object from every other', () => {
    const bytes = fc.uint8Array({ maxLength: 400, max: 1 }).map((array) => Buffer.from(array));
    fc.assert(
      fc.property(bytes, bytes, (base, target) => {
        expect(applyDelta(base, writeDelta(base, target), target.length)).toEqual(target);
      }),
    );
  });

  it.each([64 * 1024 - 1, 64 * 1024, 64 * 1024 + 1, 300_000])('copies ranges on both sides of one change in the midst of %i bytes twice over', (side) => {
    const { body, replaces } = aTree(2 * side);
    const delta = writeDelta(replaces.body, body);
    expect(applyDelta(replaces.body, delta, body.length)).toEqual(body);
    expect(delta.length).toBeLessThan(120);
  });
});

describe('writePack', () => {
  it('sends a large tree as what changed in it', () => {
    const tree = aTree(80_000);
    const pack = writePack([tree]);
    expect(pack.length).toBeLessThan(200);
    expect(() => readPack(pack)).toThrow('lacks the base');
    expect(readPack(writePack([{ type: 'tree', body: tree.replaces.body }, tree])).get(tree.id)?.body).toEqual(tree.body);
  });

  it('sends a small one whole, so that any server takes it', () => {
    const tree = aTree(2_000);
    expect(readPack(writePack([tree])).get(tree.id)?.body).toEqual(tree.body);
  });
});

describe('a push of a delta', () => {
  const ok = ['unpack ok', 'ok refs/heads/main'];
  const unpackFailed = ['unpack unresolved deltas', 'ng refs/heads/main unpacker error'];

  /** Pushes to a server that gives these reports one after the other; returns the sizes of what it was sent. */
  async function pushTo(reports: readonly (readonly string[])[], tree: NewObject): Promise<number[]> {
    const sent: number[] = [];
    const refuse = () => Promise.reject(new Error('Git is downloaded, never sent or opened.'));
    const download = async ({ body = '' }: { readonly body?: string | Uint8Array }) => {
      const lines = reports[sent.push(body.length) - 1] ?? [];
      const report = Buffer.concat([...lines.map((line) => dataPacket(`${line}\n`)), FLUSH]);
      return { status: 200, headers: { 'content-type': 'application/x-git-receive-pack-result' }, body: dataPacket(Buffer.concat([Buffer.of(1), report])) };
    };
    const remote = { name: 'Git repository https://git.example.com/config.git', url: 'https://git.example.com/config.git', client: { send: refuse, open: refuse, download } };
    await push(remote, { branch: 'main', from: 'a'.repeat(40), to: 'b'.repeat(40), objects: [tree] });
    return sent;
  }

  it('is repeated with whole objects for a server that could not resolve it', async () => {
    const [thin = 0, whole = 0, ...more] = await pushTo([unpackFailed, ok], aTree(80_000));
    expect([thin < 500, whole > 80_000, more]).toEqual([true, true, []]);
  });

  it('is not repeated a second time', async () => {
    await expect(pushTo([unpackFailed, unpackFailed, ok], aTree(80_000))).rejects.toMatchObject({ name: 'RefusedError' });
  });

  it('is not repeated when the server unpacked it and declined', async () => {
    await expect(pushTo([['unpack ok', 'ng refs/heads/main pre-receive hook declined'], ok], aTree(80_000))).rejects.toThrow('pre-receive hook declined');
  });

  it('is not repeated when whole objects were sent', async () => {
    await expect(pushTo([unpackFailed, ok], aTree(2_000))).rejects.toThrow('unpacker error');
  });
});

describe('a commit to a folder of 2,000 services', () => {
  const FILE = 'services/service-1234/values.yaml';
  let world: HttpGitWorld;
  let pushed: number[];
  const log = (message: unknown) => {
    const { request } = message as { request: ClientRequest };
    if (request.path.endsWith('/git-receive-pack')) pushed.push(Number(request.getHeader('content-length')));
  };

  beforeEach(async () => {
    pushed = [];
    const services = Array.from({ length: 2_000 }, (_, index) => [`services/service-${index}/values.yaml`, `number: ${index}\n`] as const);
    world = await createHttpGitWorld(Object.fromEntries(services));
    await world.git('gc', '--quiet');
    subscribe('http.client.request.start', log);
  });
  afterEach(async () => {
    unsubscribe('http.client.request.start', log);
    await world.stop();
  });

  // Below the limit git unpacks what it receives (unpack-objects), from it on it keeps the pack and adds the bases (index-pack --fix-thin).
  it.each(['100', '1'])('is one small push, and git finds no fault in it, with receive.unpackLimit %s', async (limit) => {
    await world.git('config', 'receive.unpackLimit', limit);
    await world.git('config', 'receive.fsckObjects', 'true');
    const host = await world.open('writer');
    for (const tag of ['v1', 'v2']) {
      const { revision } = await host.read([FILE]);
      await host.commit({ head: revision, files: { [FILE]: `tag: ${tag}\n` }, message: `Deploy ${tag}` });
    }
    expect(pushed.map((bytes) => bytes < 2_000)).toEqual([true, true]);
    expect(await world.git('fsck', '--strict', '--full', '--no-dangling')).toBe('');
    expect(await world.git('diff', '--name-only', 'main~2', 'main')).toBe(`${FILE}\n`);
    expect(await world.git('show', `main:${FILE}`)).toBe('tag: v2\n');
  });
});
