import { beforeEach, describe, expect, it } from 'vitest';
import type { Claim } from '../../src/domain/claim.ts';
import type { TargetKey } from '../../src/domain/deployment.ts';
import type { TargetStore } from '../../src/ports/deployment-store.ts';
import { aDigest, aRelease } from '../support/release.ts';

const CURRENT = { release: aRelease(), execution: 'one', concludedAt: '2026-01-02T03:05:00.000Z' };

function aClaim(overrides: Partial<Claim> = {}): Claim {
  const { releasedAt, imagePushedAt, digest } = aRelease();
  return { releasedAt, imagePushedAt, digest, execution: 'one', redrives: 0, generation: 1, claimedAt: '2026-01-02T03:04:06.000Z', ...overrides };
}

export function targetStoreContract(name: string, open: () => TargetStore): void {
  describe(`TargetStore: ${name}`, () => {
    let store: TargetStore;
    let key: TargetKey;
    let opened = 0;
    beforeEach(() => {
      store = open();
      key = { service: 'inference-service', environment: 'dev', target: `eu-${++opened}` };
    });

    const take = async (claim: Claim): Promise<boolean> => store.claim(key, await store.target(key), claim);

    it('knows nothing of a target that was never deployed to', async () => {
      expect(await store.target(key)).toEqual({ claim: null, current: null });
    });

    it('gives back the claim as it was written', async () => {
      expect(await take(aClaim())).toBe(true);
      expect(await store.target(key)).toEqual({ claim: aClaim(), current: null });
    });

    it('lets one of two win the first claim', async () => {
      const state = await store.target(key);
      const taken = await Promise.all(['one', 'two', 'three'].map((execution) => store.claim(key, state, aClaim({ execution }))));
      expect(taken.filter(Boolean)).toHaveLength(1);
    });

    it('refuses a claim decided on a state that has changed', async () => {
      await take(aClaim());
      const state = await store.target(key);
      expect(await store.claim(key, state, aClaim({ execution: 'two', generation: 2, digest: aDigest('b') }))).toBe(true);
      expect(await store.claim(key, state, aClaim({ execution: 'three', generation: 2 }))).toBe(false);
      expect((await store.target(key)).claim).toMatchObject({ execution: 'two', digest: aDigest('b') });
    });

    it('refuses a claim decided before the holder concluded, since the current release may be another now', async () => {
      await take(aClaim());
      const state = await store.target(key);
      await store.conclude(key, { execution: 'one', generation: 1 }, CURRENT);
      expect(await store.claim(key, state, aClaim({ execution: 'two', generation: 2 }))).toBe(false);
    });

    it('gives the claim back but keeps its place in the order, and sets the current release', async () => {
      await take(aClaim());
      expect(await store.conclude(key, { execution: 'one', generation: 1 }, CURRENT)).toBe(true);
      expect(await store.target(key)).toEqual({ claim: aClaim({ execution: null }), current: CURRENT });
      expect(await take(aClaim({ execution: 'two', generation: 2 }))).toBe(true);
      expect((await store.target(key)).current).toEqual(CURRENT);
    });

    it('keeps the current release when a deployment ends without one', async () => {
      await take(aClaim());
      await store.conclude(key, { execution: 'one', generation: 1 }, CURRENT);
      await take(aClaim({ execution: 'two', generation: 2 }));
      expect(await store.conclude(key, { execution: 'two', generation: 2 }, null)).toBe(true);
      expect(await store.target(key)).toEqual({ claim: aClaim({ execution: null, generation: 2 }), current: CURRENT });
    });

    it('concludes the same deployment again, so that a retry after it ends the same', async () => {
      await take(aClaim());
      await store.conclude(key, { execution: 'one', generation: 1 }, CURRENT);
      expect(await store.conclude(key, { execution: 'one', generation: 1 }, CURRENT)).toBe(true);
      expect((await store.target(key)).current).toEqual(CURRENT);
    });

    it('changes nothing for a holder that was overtaken', async () => {
      await take(aClaim());
      await take(aClaim({ execution: 'two', generation: 2 }));
      expect(await store.conclude(key, { execution: 'one', generation: 1 }, CURRENT)).toBe(false);
      expect(await store.target(key)).toEqual({ claim: aClaim({ execution: 'two', generation: 2 }), current: null });
    });

    it('changes nothing for an execution that never held the target', async () => {
      expect(await store.conclude(key, { execution: 'one', generation: 1 }, CURRENT)).toBe(false);
      expect(await store.target(key)).toEqual({ claim: null, current: null });
    });
  });
}
