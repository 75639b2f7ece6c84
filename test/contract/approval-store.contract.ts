import { beforeEach, describe, expect, it } from 'vitest';
import type { ApprovalStore, PendingApproval } from '../../src/ports/deployment-store.ts';
import { aPendingApproval } from '../support/approval.ts';

export function approvalStoreContract(name: string, open: () => ApprovalStore): void {
  describe(`ApprovalStore: ${name}`, () => {
    let store: ApprovalStore;
    let service: string;
    let opened = 0;
    beforeEach(() => {
      store = open();
      service = `service-${++opened}`;
    });

    const approval = (overrides: Partial<PendingApproval> = {}): PendingApproval => aPendingApproval({ service, ...overrides });
    const listed = async () => (await store.list()).filter((one) => one.service === service);

    it('gives back what waits as it was put', async () => {
      const first = approval({ target: 'us', current: null });
      expect(await store.put(approval(), null)).toBe(true);
      expect(await store.put(first, null)).toBe(true);
      expect(await store.pending(approval())).toEqual(approval());
      expect(await store.pending(first)).toEqual(first);
    });

    it('knows nothing of a target where nothing waits', async () => {
      expect(await store.pending(approval())).toBeNull();
    });

    it('lists all that waits, oldest first in time whatever their precision', async () => {
      const first = approval({ environment: 'prod', target: 'us', requestedAt: '2026-01-02T03:04:59Z' });
      const second = approval({ environment: 'prod', target: 'eu', requestedAt: '2026-01-02T03:04:59.500Z' });
      for (const one of [approval(), second, first]) await store.put(one, null);
      expect(await listed()).toEqual([first, second, approval()]);
    });

    it('lists more than one page of them', async () => {
      const targets = Array.from({ length: 230 }, (_, index) => `t${index}`);
      await Promise.all(targets.map((target) => store.put(approval({ target }), null)));
      expect((await listed()).map(({ target }) => target).toSorted()).toEqual(targets.toSorted());
    });

    it('lets one of two be the first', async () => {
      const [one, two] = [approval({ execution: 'one' }), approval({ execution: 'two' })];
      const won = await Promise.all([store.put(one, null), store.put(two, null)]);
      expect(won.toSorted()).toEqual([false, true]);
      expect(await store.pending(one)).toEqual(won[0] ? one : two);
    });

    it('puts one in the place of the one that is there, and in the place of no other', async () => {
      const [one, two, three] = [approval({ execution: 'one' }), approval({ execution: 'two' }), approval({ execution: 'three' })];
      await store.put(one, null);
      expect(await store.put(two, one)).toBe(true);
      expect(await store.put(three, one)).toBe(false);
      expect(await store.put(three, null)).toBe(false);
      expect(await store.pending(one)).toEqual(two);
    });

    it('puts none in the place of one that is gone', async () => {
      expect(await store.put(approval({ execution: 'two' }), approval())).toBe(false);
      expect(await store.pending(approval())).toBeNull();
    });

    it('takes away the one of that token alone', async () => {
      await store.put(approval(), null);
      expect(await store.remove(approval({ execution: 'two' }))).toBe(false);
      expect(await store.pending(approval())).toEqual(approval());
      expect(await store.remove(approval())).toBe(true);
      expect(await store.pending(approval())).toBeNull();
      expect(await listed()).toEqual([]);
      expect(await store.remove(approval())).toBe(false);
    });
  });
}
