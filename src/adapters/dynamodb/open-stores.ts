import type { ApprovalStore, MergeStore, RecordStore, ServiceStore, SweepStore, TargetStore } from '../../ports/deployment-store.ts';
import { createApprovalStore } from './approval-store.ts';
import { createMergeStore } from './merge-store.ts';
import { createRecordStore } from './record-store.ts';
import { createServiceStore } from './service-store.ts';
import { createSweepStore } from './sweep-store.ts';
import { openTable } from './table.ts';
import { createTargetStore } from './target-store.ts';

export type Stores = {
  readonly services: ServiceStore;
  readonly targets: TargetStore;
  readonly records: RecordStore;
  readonly approvals: ApprovalStore;
  readonly merges: MergeStore;
  readonly sweep: SweepStore;
};

/** The stores that share Slipway's one table, over one client. */
export function openStores(tableName: string): Stores {
  const table = openTable({ tableName });
  return {
    services: createServiceStore(table),
    targets: createTargetStore(table),
    records: createRecordStore(table),
    approvals: createApprovalStore(table),
    merges: createMergeStore(table),
    sweep: createSweepStore(table),
  };
}
