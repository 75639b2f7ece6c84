import { targetName } from '../../domain/deployment.ts';
import type { ApprovalStore, PendingApproval } from '../../ports/deployment-store.ts';

export function createMemoryApprovalStore(): ApprovalStore {
  const waiting = new Map<string, PendingApproval>();
  return {
    async pending(key) {
      return structuredClone(waiting.get(targetName(key)) ?? null);
    },
    async list() {
      return structuredClone([...waiting.values()].toSorted((a, b) => Date.parse(a.requestedAt) - Date.parse(b.requestedAt)));
    },
    async put(approval, replaced) {
      if (waiting.get(targetName(approval))?.taskToken !== replaced?.taskToken) return false;
      waiting.set(targetName(approval), structuredClone(approval));
      return true;
    },
    async remove(approval) {
      return waiting.get(targetName(approval))?.taskToken === approval.taskToken && waiting.delete(targetName(approval));
    },
  };
}
