import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { asOneCommit } from '../../src/domain/batch.ts';
import { ConflictError, RefusedError } from '../../src/domain/errors.ts';
import type { GitBatch, GitHost } from '../../src/ports/git-host.ts';
import { aBatchWorld, type BatchedService, type HostHooks, valuesWith } from '../support/batch-world.ts';
import type { GitFiles } from './git-host.contract.ts';
import type { ContentionWorld } from './git-contention.contract.ts';

const FILES: GitFiles = {
  'README.md': 'hello\n',
  'api/values.yaml': valuesWith('1.0.0'),
  'shared.yaml': 'api:\n  tag: 1.0.0\nweb:\n  tag: 1.0.0\n',
  'web/values.yaml': valuesWith('1.0.0'),
  'worker/values.yaml': valuesWith('1.0.0'),
};
const THREE: readonly BatchedService[] = [{ name: 'api' }, { name: 'web' }, { name: 'worker' }];
const NAMES = THREE.map(({ name }) => name);

function commitAll(host: GitHost, { head, commits }: GitBatch): Promise<readonly string[]> {
  const [first, ...others] = commits;
  if (host.commitEach !== undefined || first === undefined) return host.commitEach?.({ head, commits }) ?? Promise.resolve([]);
  return host.commit({ head, ...asOneCommit([first, ...others]) }).then((revision) => commits.map(() => revision));
}

/** Several releases in one push: one commit each, or one that names all, and what becomes of them in a race. */
export function gitBatchContract(name: string, createWorld: (files: GitFiles) => Promise<ContentionWorld>): void {
  describe(`GitHost (${name}): a batch`, () => {
    let world: ContentionWorld;
    beforeEach(async () => {
      world = await createWorld(FILES);
    });
    afterEach(() => world.stop());

    async function batched(services: readonly BatchedService[], hooks: HostHooks = {}) {
      const batch = await aBatchWorld({ services, hooks, open: () => world.open('writer') });
      for (const one of ['api', 'web']) await batch.waits(one);
      return batch;
    }

    it('is on the branch with each of its commits, and with what two of them did to one file', async () => {
      const host = await world.open('writer');
      const before = await world.head();
      const commits = ['1', '2', '3'].map((tag) => ({ files: { [`${NAMES[Number(tag) - 1]}/values.yaml`]: valuesWith(tag), 'shared.yaml': `last: ${tag}\n` }, message: `Deploy ${tag}\n\nTag: ${tag}\n` }));
      const revisions = await commitAll(host, { head: before, commits });
      expect(revisions.at(-1)).toBe(await world.head());
      const { files } = await (await world.open('reader')).read(['shared.yaml', ...NAMES.map((one) => `${one}/values.yaml`)]);
      expect(files).toEqual({ 'shared.yaml': 'last: 3\n', 'api/values.yaml': valuesWith('1'), 'web/values.yaml': valuesWith('2'), 'worker/values.yaml': valuesWith('3') });
      expect((await world.messages()).join('\n')).toMatch(/Tag: 3[^]*Tag: 1|Tag: 1[^]*Tag: 3/);
      for (const revision of revisions) expect((await host.read(['README.md'], revision)).files).toEqual({ 'README.md': 'hello\n' });
    });

    it('is not there at all when somebody else was faster', async () => {
      const host = await world.open('writer');
      const { revision: head } = await host.read([]);
      const theirs = await world.commit({ 'README.md': 'changed\n' });
      const commits = [1, 2].map((tag) => ({ files: { 'shared.yaml': `last: ${tag}\n` }, message: `Deploy ${tag}` }));
      await expect(commitAll(host, { head, commits })).rejects.toThrow(ConflictError);
      expect(await world.head()).toBe(theirs);
    });

    it('tells of the commits before a revision, newest first, where it tells of any', async () => {
      const host = await world.open('writer');
      if (host.recent === undefined) return;
      const commits = [1, 2].map((tag) => ({ files: { 'shared.yaml': `last: ${tag}\n` }, message: `Deploy ${tag}\n` }));
      const [first = '', second = ''] = await commitAll(host, { head: await world.head(), commits });
      const recent = await (await world.open('reader')).recent?.(second, 2);
      expect(recent).toEqual([{ revision: second, message: 'Deploy 2\n' }, { revision: first, message: 'Deploy 1\n' }]);
    });

    it('has every release once, whose edits are made again after a lost race', async () => {
      let races = 1;
      const batch = await batched(THREE, { before: async () => void (races-- > 0 && (await world.commit({ 'README.md': 'rival\n' }))) });
      await batch.joins('worker');
      const messages = await world.messages();
      for (const one of NAMES) expect([one, batch.answer(one)?.status, batch.commitsOf(one, messages), await batch.read(one)]).toEqual([one, 'committed', 1, valuesWith('1.1.0')]);
      expect(await batch.read('api', 'README.md')).toBe('rival\n');
    });

    it('leaves out one that cannot be edited and one that was superseded, and both edits of one file in', async () => {
      const services = [{ name: 'api', file: 'shared.yaml', path: 'api.tag' }, { name: 'web', file: 'shared.yaml', path: 'web.tag' }, { name: 'bad', file: 'shared.yaml', path: 'nowhere.tag' }, { name: 'old', file: 'worker/values.yaml' }, { name: 'worker' }];
      const batch = await batched(services);
      await batch.waits('bad');
      await batch.waits('old');
      await batch.supersede('old');
      await batch.joins('worker');
      expect(await batch.read('api', 'shared.yaml')).toBe('api:\n  tag: 1.1.0\nweb:\n  tag: 1.1.0\n');
      expect(String(batch.failure('bad'))).toContain('nowhere');
      expect(['api', 'web', 'old', 'worker'].map((one) => batch.answer(one)?.status)).toEqual(['committed', 'committed', 'superseded', 'committed']);
    });

    it('is found, each commit by its own deployment, when the answer to the push was lost', async () => {
      let isLost = true;
      const batch = await batched(THREE, { after: () => (isLost ? Promise.reject(new RefusedError('not heard')) : undefined) });
      await batch.joins('worker');
      isLost = false;
      for (const one of ['api', 'web']) await batch.waits(one, 2);
      await batch.joins('worker', 2);
      const messages = await world.messages();
      for (const one of NAMES) {
        expect([one, batch.commitsOf(one, messages)]).toEqual([one, 1]);
        expect(batch.answer(one, 2)?.deployment.commit?.revision).toMatch(/^[0-9a-f]{40}$/);
      }
    });
  });
}
