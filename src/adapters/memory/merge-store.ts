import type { MergeStore, PendingMerge } from '../../ports/deployment-store.ts';
import { createMemoryWaitingItems } from './waiting-items.ts';

export function createMemoryMergeStore(): MergeStore {
  return createMemoryWaitingItems<PendingMerge>();
}
