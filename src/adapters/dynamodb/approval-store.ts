import type { ApprovalStore } from '../../ports/deployment-store.ts';
import { approvalKey, APPROVALS } from './keys.ts';
import { StoredApproval } from './stored.ts';
import type { Table } from './table.ts';
import { createWaitingItems } from './waiting-items.ts';

/** One item for each target where a release waits for a person. */
export function createApprovalStore(table: Table): ApprovalStore {
  return createWaitingItems(table, { partition: APPROVALS, keyOf: approvalKey, schema: StoredApproval, what: 'What waits for approval at' });
}
