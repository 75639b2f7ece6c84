import { beforeEach, describe, expect, it } from 'vitest';
import type { GitRepository } from '../../src/domain/service.ts';
import type { BatchStore, WaitingCommit } from '../../src/ports/batch-store.ts';
import { aDeployment } from '../support/release.ts';

const REPOSITORY: GitRepository = { host: 'git', url: 'https://git.example.com/team/config.git', branch: 'main', aliases: [] };
const SINCE = '2026-01-02T03:10:00.000Z';
const LATER = '2026-01-02T03:10:10.000Z';
const END = '2026-01-02T03:10:30.000Z';

function aWaitingCommit(service: string, overrides: Partial<WaitingCommit> = {}): WaitingCommit {
  const deployment = aDeployment({ service, claim: { generation: 3, redrives: 0 }, interrupts: [{ tag: '1.0.0', digest: 'sha256:0' }], warnings: ['careful'] });
  return { execution: `execution of ${service}`, deployment, taskToken: `token of ${service}`, since: SINCE, ...overrides };
}

/** What every implementation of BatchStore does alike. Each case has branches of its own: a store may be shared. */
export function batchStoreContract(name: string, open: () => BatchStore): void {
  let cases = 0;
  describe(`BatchStore: ${name}`, () => {
    let store: BatchStore;
    let repository: GitRepository;
    beforeEach(() => {
      store = open();
      repository = { ...REPOSITORY, url: `https://git.example.com/team/config-${++cases}.git` };
    });
    const services = async (of = repository, limit = 100) => (await store.waiting(of, limit)).map(({ deployment }) => deployment.service);

    it('gives back who waits, as it came, the first first', async () => {
      const first = aWaitingCommit('web');
      await store.join(repository, aWaitingCommit('api', { since: LATER }));
      await store.join(repository, first);
      expect(await services()).toEqual(['web', 'api']);
      expect((await store.waiting(repository, 100))[0]).toEqual(first);
    });

    it('gives back no more than are asked for', async () => {
      for (const service of ['a', 'b', 'c']) await store.join(repository, aWaitingCommit(service));
      expect(await services(repository, 2)).toHaveLength(2);
    });

    it('keeps apart the branches, and entries that differ in their author', async () => {
      const others = [{ ...repository, branch: 'next' }, { ...repository, commit: { author: { name: 'A', email: 'a@example.com' } } }, { ...repository, url: `${repository.url}-2` }];
      await store.join(repository, aWaitingCommit('web'));
      for (const other of others) {
        expect(await services(other)).toEqual([]);
        expect(await store.lead(other, { holder: 'one', now: SINCE, until: END })).toBe(true);
      }
      expect(await store.lead(repository, { holder: 'two', now: SINCE, until: END })).toBe(true);
    });

    it('puts an execution that joins again in its own place, and takes only the newer one away', async () => {
      const [before, after] = [aWaitingCommit('web'), aWaitingCommit('web', { taskToken: 'another', since: LATER })];
      await store.join(repository, before);
      await store.join(repository, after);
      await store.leave(repository, before);
      expect(await store.waiting(repository, 100)).toEqual([after]);
      await store.leave(repository, after);
      await store.leave(repository, after);
      expect(await services()).toEqual([]);
    });

    it('lets two executions wait for one target', async () => {
      await store.join(repository, aWaitingCommit('web'));
      await store.join(repository, aWaitingCommit('web', { execution: 'newer', taskToken: 'newer' }));
      expect(await services()).toEqual(['web', 'web']);
    });

    it('lets one lead until its lease ends, and renews it for that one', async () => {
      expect(await store.lead(repository, { holder: 'one', now: SINCE, until: END })).toBe(true);
      expect(await store.lead(repository, { holder: 'two', now: LATER, until: END })).toBe(false);
      expect(await store.lead(repository, { holder: 'one', now: LATER, until: END })).toBe(true);
      expect(await store.lead(repository, { holder: 'two', now: END, until: '2026-01-02T03:11:00.000Z' })).toBe(true);
    });

    it('lets one commit by itself where nobody else pushes, and whoever pushes for all go before it', async () => {
      expect(await store.enter(repository, { holder: 'one', now: SINCE, until: END })).toBe(true);
      expect(await store.enter(repository, { holder: 'two', now: LATER, until: END })).toBe(false);
      expect(await store.enter(repository, { holder: 'one', now: LATER, until: END })).toBe(true);
      expect(await store.lead(repository, { holder: 'all', now: LATER, until: END })).toBe(true);
      expect(await store.enter(repository, { holder: 'one', now: LATER, until: END })).toBe(false);
      await store.stepDown(repository, 'one');
      expect(await store.lead(repository, { holder: 'others', now: LATER, until: END })).toBe(false);
      expect(await store.enter(repository, { holder: 'two', now: END, until: '2026-01-02T03:11:00.000Z' })).toBe(true);
    });

    it('lets one of several lead who ask at once', async () => {
      const asked = await Promise.all(['a', 'b', 'c', 'd'].map((leader) => store.lead(repository, { holder: leader, now: SINCE, until: END })));
      expect(asked.filter(Boolean)).toHaveLength(1);
    });

    it('takes the lease back from its leader alone', async () => {
      await store.stepDown(repository, 'one');
      await store.lead(repository, { holder: 'one', now: SINCE, until: END });
      await store.stepDown(repository, 'two');
      expect(await store.lead(repository, { holder: 'two', now: SINCE, until: END })).toBe(false);
      await store.stepDown(repository, 'one');
      expect(await store.lead(repository, { holder: 'two', now: SINCE, until: END })).toBe(true);
    });
  });
}
