import type { ApprovalStore, PendingApproval } from '../../ports/deployment-store.ts';
import { createMemoryWaitingItems } from './waiting-items.ts';

export function createMemoryApprovalStore(): ApprovalStore {
  return createMemoryWaitingItems<PendingApproval>();
}
