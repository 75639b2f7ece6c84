import { beforeEach, describe, expect, it } from 'vitest';
import type { TargetKey } from '../../src/domain/deployment.ts';

/** What an execution waits for at one target. */
type Waiting = TargetKey & { readonly execution: string; readonly taskToken: string; readonly requestedAt: string };

type Store<Item extends Waiting> = {
  pending(key: TargetKey): Promise<Item | null>;
  list(): Promise<readonly Item[]>;
  put(item: Item, replaced: Item | null): Promise<boolean>;
  remove(item: Item): Promise<boolean>;
};

/**
 * What the stores of approvals and of merges have in common.
 *
 * @param make an item whose token is of its execution
 */
export function waitingItemsContract<Item extends Waiting>(name: string, open: () => Store<Item>, make: (overrides: Partial<Waiting>) => Item): void {
  describe(name, () => {
    let store: Store<Item>;
    let service: string;
    let opened = 0;
    beforeEach(() => {
      store = open();
      service = `service-${++opened}`;
    });

    const item = (overrides: Partial<Waiting> = {}): Item => make({ service, ...overrides });
    const listed = async () => (await store.list()).filter((one) => one.service === service);

    it('gives back what waits as it was put', async () => {
      const first = item({ target: 'us' });
      expect(await store.put(item(), null)).toBe(true);
      expect(await store.put(first, null)).toBe(true);
      expect(await store.pending(item())).toEqual(item());
      expect(await store.pending(first)).toEqual(first);
    });

    it('knows nothing of a target where nothing waits', async () => {
      expect(await store.pending(item())).toBeNull();
    });

    it('lists all that waits, oldest first in time whatever their precision', async () => {
      const first = item({ environment: 'prod', target: 'us', requestedAt: '2026-01-02T03:04:59Z' });
      const second = item({ environment: 'prod', target: 'eu', requestedAt: '2026-01-02T03:04:59.500Z' });
      for (const one of [item(), second, first]) await store.put(one, null);
      expect(await listed()).toEqual([first, second, item()]);
    });

    it('lists more than one page of them', async () => {
      const targets = Array.from({ length: 230 }, (_, index) => `t${index}`);
      await Promise.all(targets.map((target) => store.put(item({ target }), null)));
      expect((await listed()).map(({ target }) => target).toSorted()).toEqual(targets.toSorted());
    });

    it('lets one of two be the first', async () => {
      const [one, two] = [item({ execution: 'one' }), item({ execution: 'two' })];
      const won = await Promise.all([store.put(one, null), store.put(two, null)]);
      expect(won.toSorted()).toEqual([false, true]);
      expect(await store.pending(one)).toEqual(won[0] ? one : two);
    });

    it('puts one in the place of the one that is there, and in the place of no other', async () => {
      const [one, two, three] = [item({ execution: 'one' }), item({ execution: 'two' }), item({ execution: 'three' })];
      await store.put(one, null);
      expect(await store.put(two, one)).toBe(true);
      expect(await store.put(three, one)).toBe(false);
      expect(await store.put(three, null)).toBe(false);
      expect(await store.pending(one)).toEqual(two);
    });

    it('puts none in the place of one that is gone', async () => {
      expect(await store.put(item({ execution: 'two' }), item())).toBe(false);
      expect(await store.pending(item())).toBeNull();
    });

    it('takes away the one of that token alone', async () => {
      await store.put(item(), null);
      expect(await store.remove(item({ execution: 'two' }))).toBe(false);
      expect(await store.pending(item())).toEqual(item());
      expect(await store.remove(item())).toBe(true);
      expect(await store.pending(item())).toBeNull();
      expect(await listed()).toEqual([]);
      expect(await store.remove(item())).toBe(false);
    });
  });
}
