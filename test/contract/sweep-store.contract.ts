import { beforeEach, describe, expect, it } from 'vitest';
import type { SweepStore } from '../../src/ports/deployment-store.ts';

/** @param open a store for services that were applied at these times, by name */
export function sweepStoreContract(name: string, open: (since: Readonly<Record<string, string>>) => Promise<SweepStore>): void {
  describe(`SweepStore: ${name}`, () => {
    const SINCE = { 'web-1': '2026-01-01T00:00:00.000Z', api: '2026-01-02T00:00:00.000Z', web: '2026-01-03T00:00:00.000Z' };
    let store: SweepStore;
    beforeEach(async () => {
      store = await open(SINCE);
    });

    it('lists services by name, with when they were applied', async () => {
      expect(await store.services(null, 10)).toEqual([
        { name: 'api', since: SINCE.api },
        { name: 'web', since: SINCE.web },
        { name: 'web-1', since: SINCE['web-1'] },
      ]);
    });

    it('goes on after a service, also one that is gone, to an empty end', async () => {
      const names = async (after: string | null, limit: number) => (await store.services(after, limit)).map((service) => service.name);
      expect(await names(null, 2)).toEqual(['api', 'web']);
      expect(await names('web', 2)).toEqual(['web-1']);
      expect(await names('removed', 2)).toEqual(['web', 'web-1']);
      expect(await names('web-1', 2)).toEqual([]);
    });

    it('remembers where a sweep stopped until one came to the end', async () => {
      expect(await store.stoppedAfter()).toBeNull();
      await store.stopAfter('web');
      expect(await store.stoppedAfter()).toBe('web');
      await store.stopAfter(null);
      expect(await store.stoppedAfter()).toBeNull();
      expect(await store.services(null, 10)).toHaveLength(3);
    });
  });
}
