import type { ApprovalStore } from '../../src/ports/deployment-store.ts';
import { aPendingApproval } from '../support/approval.ts';
import { waitingItemsContract } from './waiting-items.contract.ts';

export function approvalStoreContract(name: string, open: () => ApprovalStore): void {
  // Nothing has been released to `us` yet.
  waitingItemsContract(`ApprovalStore: ${name}`, open, (overrides) => aPendingApproval({ ...overrides, ...(overrides.target === 'us' && { current: null }) }));
}
