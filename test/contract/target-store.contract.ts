import { beforeEach, describe, expect, it } from 'vitest';
import type { Claim } from '../../src/domain/claim.ts';
import type { TargetKey } from '../../src/domain/deployment.ts';
import { NEW_TARGET, type TargetChange, type TargetState } from '../../src/domain/target-state.ts';
import type { TargetStore } from '../../src/ports/deployment-store.ts';
import { aClaim, aDigest, aRelease } from '../support/release.ts';

const CURRENT = { release: aRelease(), execution: 'one', concludedAt: '2026-01-02T03:05:00.000Z' };
const HOLD = { by: 'B', reason: 'the fair', since: '2026-01-02T03:00:00.000Z' };
const NEXT = { release: aRelease({ digest: aDigest('d') }), since: '2026-01-02T03:00:00.000Z' };
const BAD = { digest: aDigest('e'), tag: '1.0.9', since: '2026-01-02T03:00:00.000Z', cause: 'pod web: OOMKilled' };
const MINE = { execution: 'one', generation: 1 };
const ROLLBACK = { purpose: 'rollback', quarantine: { ...BAD, digest: aDigest(), tag: '1.1.0' } } as const;

export function targetStoreContract(name: string, open: () => TargetStore): void {
  describe(`TargetStore: ${name}`, () => {
    let store: TargetStore;
    let key: TargetKey;
    let opened = 0;
    beforeEach(() => {
      store = open();
      key = { service: 'inference-service', environment: 'dev', target: `eu-${++opened}` };
    });

    const change = async (members: TargetChange): Promise<boolean> => store.change(key, await store.target(key), members);
    const take = (claim: Claim): Promise<boolean> => change({ claim });
    const members = async (): Promise<Omit<TargetState, 'version'>> => {
      const { version: _version, ...rest } = await store.target(key);
      return rest;
    };
    const { version: _none, ...NOTHING } = NEW_TARGET;

    it('knows nothing of a target that was never deployed to', async () => {
      expect(await store.target(key)).toEqual(NEW_TARGET);
    });

    describe('change', () => {
      it('gives back every member as it was written', async () => {
        const written = { claim: aClaim({ committing: true, interrupts: [{ tag: '1.0.0', digest: aDigest('b') }] }), next: NEXT, hold: HOLD, quarantine: [ROLLBACK.quarantine, BAD] };
        expect(await change(written)).toBe(true);
        expect(await members()).toEqual({ ...NOTHING, ...written });
      });

      it('leaves what it does not name: a hold, what waits and the quarantine survive a claim', async () => {
        await change({ next: NEXT, hold: HOLD, quarantine: [BAD] });
        expect(await take(aClaim())).toBe(true);
        expect(await members()).toEqual({ ...NOTHING, claim: aClaim(), next: NEXT, hold: HOLD, quarantine: [BAD] });
      });

      it('takes members away again', async () => {
        await change({ claim: aClaim(), next: NEXT, hold: HOLD, quarantine: [BAD] });
        expect(await change({ next: null, hold: null, quarantine: [] })).toBe(true);
        expect(await members()).toEqual({ ...NOTHING, claim: aClaim() });
      });

      it('lets one of several win that were decided on the same state', async () => {
        for (const round of [1, 2]) {
          const state = await store.target(key);
          const taken = await Promise.all(['one', 'two', 'three'].map((execution) => store.change(key, state, { claim: aClaim({ execution, generation: round }) })));
          expect(taken.filter(Boolean)).toHaveLength(1);
        }
      });

      it.each<[string, (state: TargetState) => Promise<unknown>]>([
        ['another claim', (state) => store.change(key, state, { claim: aClaim({ execution: 'two', generation: 2 }) })],
        ['a hold', (state) => store.change(key, state, { hold: HOLD })],
        ['a proof before a commit', () => store.prove(key, MINE, { purpose: 'commit' })],
        ['a proof before a rollback', () => store.prove(key, MINE, ROLLBACK)],
        ['a conclusion', () => store.conclude(key, MINE, CURRENT)],
      ])('refuses what was decided before %s', async (_, meanwhile) => {
        await take(aClaim());
        const state = await store.target(key);
        expect(await meanwhile(state)).toBe(true);
        const after = await store.target(key);
        expect(await store.change(key, state, { next: NEXT })).toBe(false);
        expect(await store.target(key)).toEqual(after);
      });

      it('keeps targets apart', async () => {
        await take(aClaim());
        expect(await store.target({ ...key, environment: 'prod' })).toEqual(NEW_TARGET);
      });
    });

    describe('prove', () => {
      it('notes that the claim is about to be used for a commit, as often as it is tried', async () => {
        await take(aClaim());
        for (const _attempt of [1, 2]) expect(await store.prove(key, MINE, { purpose: 'commit' })).toBe(true);
        expect(await members()).toEqual({ ...NOTHING, claim: aClaim({ committing: true }) });
      });

      it('leaves the digest in quarantine in the write that proves the claim before a rollback, once', async () => {
        await change({ claim: aClaim({ committing: true }), quarantine: [BAD], hold: HOLD });
        for (const _attempt of [1, 2]) expect(await store.prove(key, MINE, ROLLBACK)).toBe(true);
        expect(await members()).toEqual({ ...NOTHING, claim: aClaim({ committing: true }), hold: HOLD, quarantine: [ROLLBACK.quarantine, BAD] });
      });

      it('does not lose what changes while a digest is put into quarantine', async () => {
        await take(aClaim());
        const [proven, held] = await Promise.all([store.prove(key, MINE, ROLLBACK), change({ hold: HOLD }).then((done) => done || change({ hold: HOLD }))]);
        expect([proven, held]).toEqual([true, true]);
        expect(await members()).toMatchObject({ hold: HOLD, quarantine: [ROLLBACK.quarantine] });
      });

      it.each([
        ['another execution has the claim', aClaim({ execution: 'two' })],
        ['the claim was taken again since', aClaim({ generation: 2 })],
        ['the claim was given back', aClaim({ execution: null })],
      ])('refuses, and notes nothing, where %s', async (_, claim) => {
        await take(claim);
        const before = await store.target(key);
        expect(await store.prove(key, MINE, { purpose: 'commit' })).toBe(false);
        expect(await store.prove(key, MINE, ROLLBACK)).toBe(false);
        expect(await store.target(key)).toEqual(before);
      });

      it('refuses for a target that nobody ever claimed', async () => {
        expect(await store.prove(key, MINE, { purpose: 'commit' })).toBe(false);
        expect(await store.prove(key, MINE, ROLLBACK)).toBe(false);
        expect(await store.target(key)).toEqual(NEW_TARGET);
      });
    });

    describe('conclude', () => {
      it('gives the claim back but keeps its place in the order, and sets the current release', async () => {
        await change({ claim: aClaim({ committing: true }), next: NEXT, hold: HOLD, quarantine: [BAD] });
        expect(await store.conclude(key, MINE, CURRENT)).toBe(true);
        expect(await members()).toEqual({ claim: aClaim({ committing: true, execution: null }), current: CURRENT, next: NEXT, hold: HOLD, quarantine: [BAD] });
        expect(await take(aClaim({ execution: 'two', generation: 2 }))).toBe(true);
        expect((await store.target(key)).current).toEqual(CURRENT);
      });

      it('keeps the current release when a deployment ends without one', async () => {
        await take(aClaim());
        await store.conclude(key, MINE, CURRENT);
        await take(aClaim({ execution: 'two', generation: 2 }));
        expect(await store.conclude(key, { execution: 'two', generation: 2 }, null)).toBe(true);
        expect(await members()).toEqual({ ...NOTHING, claim: aClaim({ execution: null, takenBy: 'two', generation: 2 }), current: CURRENT });
      });

      it('concludes the same deployment again, so that a retry after it ends the same', async () => {
        await take(aClaim());
        await store.conclude(key, MINE, CURRENT);
        expect(await store.conclude(key, MINE, CURRENT)).toBe(true);
        expect((await store.target(key)).current).toEqual(CURRENT);
      });

      it('changes nothing for a holder that was overtaken, even once the other has given the claim back', async () => {
        await take(aClaim());
        await take(aClaim({ execution: 'two', generation: 2 }));
        expect(await store.conclude(key, MINE, CURRENT)).toBe(false);
        await store.conclude(key, { execution: 'two', generation: 2 }, null);
        expect(await store.conclude(key, MINE, CURRENT)).toBe(false);
        expect((await store.target(key)).current).toBeNull();
      });

      it('changes nothing for an execution that never held the target', async () => {
        expect(await store.conclude(key, MINE, CURRENT)).toBe(false);
        expect(await store.target(key)).toEqual(NEW_TARGET);
      });
    });
  });
}
