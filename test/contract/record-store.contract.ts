import { beforeEach, describe, expect, it } from 'vitest';
import type { TargetKey } from '../../src/domain/deployment.ts';
import type { Attempt, RecordStore } from '../../src/ports/deployment-store.ts';
import { aDigest, aRelease } from '../support/release.ts';

/** An attempt that uses every member there is, so that none is lost on its way through a store. */
export function anAttempt(overrides: Partial<Attempt> = {}): Attempt {
  const at = (seconds: number): string => `2026-01-02T03:04:${String(seconds).padStart(2, '0')}.000Z`;
  return {
    execution: 'arn:aws:states:eu-central-1:111122223333:execution:slipway:one',
    generation: 1,
    outcome: 'succeeded',
    cause: null,
    warnings: ['digest unproven'],
    marks: { pushed: at(5), started: at(6), resolved: at(7), approved: at(7), claimed: at(8), committed: at(9), operationStarted: at(10), applied: at(11), ready: at(12), noticed: at(13), verified: at(14) },
    reported: { operationStarted: at(10), operationFinished: at(11), ready: at(12) },
    idle: [{ from: at(7), to: at(8) }],
    timings: { queue: 1_000, rollout: 1_000, total: 2_000, overhead: 1_000 },
    commit: { revision: 'c0ffee', head: 'c0ffee', url: null, changes: [{ file: 'values.yaml', path: 'image.tag', line: 3, before: 'tag: 1.0.0', after: 'tag: 1.1.0' }] },
    pods: [{ name: 'web-1', ready: true, digest: aDigest() }],
    rollback: { tag: '1.0.0', digest: aDigest('b'), commit: { revision: 'back', head: 'back', url: null, changes: [] }, took: 1_500 },
    concludedAt: at(20),
    ...overrides,
  };
}

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
