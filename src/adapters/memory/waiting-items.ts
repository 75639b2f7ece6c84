import { targetName, type TargetKey } from '../../domain/deployment.ts';
import type { Instant } from '../../domain/instant.ts';

type Waiting = TargetKey & { readonly taskToken: string; readonly requestedAt: Instant };

/** What executions wait for, one at each target: approvals and merges alike. */
export function createMemoryWaitingItems<Kept extends Waiting>() {
  const waiting = new Map<string, Kept>();
  return {
    async pending(key: TargetKey): Promise<Kept | null> {
      return structuredClone(waiting.get(targetName(key)) ?? null);
    },
    async list(): Promise<readonly Kept[]> {
      return structuredClone([...waiting.values()].toSorted((a, b) => Date.parse(a.requestedAt) - Date.parse(b.requestedAt)));
    },
    async put(item: Kept, replaced: Kept | null): Promise<boolean> {
      if (waiting.get(targetName(item))?.taskToken !== replaced?.taskToken) return false;
      waiting.set(targetName(item), structuredClone(item));
      return true;
    },
    async remove(item: Pick<Waiting, keyof TargetKey | 'taskToken'>): Promise<boolean> {
      return waiting.get(targetName(item))?.taskToken === item.taskToken && waiting.delete(targetName(item));
    },
  };
}
