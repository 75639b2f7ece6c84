import type { MergeStore } from '../../ports/deployment-store.ts';
import { mergeKey, MERGES } from './keys.ts';
import { StoredMerge } from './stored.ts';
import type { Table } from './table.ts';
import { createWaitingItems } from './waiting-items.ts';

/** One item for each target whose pull request is open. */
export function createMergeStore(table: Table): MergeStore {
  return createWaitingItems(table, { partition: MERGES, keyOf: mergeKey, schema: StoredMerge, what: 'What waits for a merge at' });
}
