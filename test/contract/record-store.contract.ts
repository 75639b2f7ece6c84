import { beforeEach, describe, expect, it } from 'vitest';
import type { TargetKey } from '../../src/domain/deployment.ts';
import type { RecordStore } from '../../src/ports/deployment-store.ts';
import { anAttempt } from '../support/attempt.ts';
import { aDigest, aRelease } from '../support/release.ts';

export function recordStoreContract(name: string, open: () => RecordStore): void {
  describe(`RecordStore: ${name}`, () => {
    let store: RecordStore;
    let key: TargetKey;
    let opened = 0;
    beforeEach(() => {
      store = open();
      key = { service: 'inference-service', environment: 'dev', target: `eu-${++opened}` };
    });

    it('gives back an attempt as it was recorded', async () => {
      await store.record(key, aRelease(), anAttempt());
      expect(await store.history(key, 10)).toEqual([{ ...key, release: aRelease(), attempts: [anAttempt()] }]);
    });

    it.each(['succeeded', 'failed', 'errored', 'rolled-back', 'superseded', 'rejected'] as const)('keeps the outcome %s', async (outcome) => {
      await store.record(key, aRelease(), anAttempt({ outcome, rollback: null }));
      expect((await store.history(key, 10))[0]?.attempts).toEqual([anAttempt({ outcome, rollback: null })]);
    });

    it('has no history for a target that was never deployed to', async () => {
      expect(await store.history(key, 10)).toEqual([]);
    });

    it('replaces the attempt of the same execution and generation', async () => {
      await store.record(key, aRelease(), anAttempt({ outcome: 'errored', cause: 'Git is down' }));
      await store.record(key, aRelease(), anAttempt());
      expect((await store.history(key, 10))[0]?.attempts).toEqual([anAttempt()]);
    });

    it('keeps the attempts of a release together, newest last', async () => {
      const later = anAttempt({ generation: 2, concludedAt: '2026-01-02T03:10:00.000Z' });
      const other = anAttempt({ execution: 'two', generation: 0, outcome: 'superseded', concludedAt: '2026-01-02T03:07:00.000Z' });
      for (const attempt of [later, anAttempt(), other]) await store.record(key, aRelease(), attempt);
      expect((await store.history(key, 10)).map(({ attempts }) => attempts)).toEqual([[anAttempt(), other, later]]);
    });

    it('loses no attempt when two executions record at once', async () => {
      const executions = ['one', 'two', 'three', 'four'];
      await Promise.all(executions.map((execution) => store.record(key, aRelease(), anAttempt({ execution }))));
      expect((await store.history(key, 10))[0]?.attempts.map(({ execution }) => execution).toSorted()).toEqual(executions.toSorted());
    });

    it('lists releases newest first, in time whatever their precision, and no more than asked for', async () => {
      const releases = ['2026-01-02T03:04:05Z', '2026-01-02T03:04:05.678Z', '2026-01-02T02:00:00.000Z'].map((releasedAt, index) => aRelease({ releasedAt, digest: aDigest(String(index)) }));
      for (const release of releases) await store.record(key, release, anAttempt());
      const listed = await store.history(key, 2);
      expect(listed.map(({ release }) => release.releasedAt)).toEqual(['2026-01-02T03:04:05.678Z', '2026-01-02T03:04:05Z']);
    });

    it('keeps targets apart whose names begin alike', async () => {
      await store.record({ ...key, target: `${key.target}-north` }, aRelease(), anAttempt());
      expect(await store.history(key, 10)).toEqual([]);
    });
  });
}
