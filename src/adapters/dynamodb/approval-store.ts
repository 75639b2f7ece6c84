import { targetName } from '../../domain/deployment.ts';
import type { ApprovalStore, PendingApproval } from '../../ports/deployment-store.ts';
import { approvalKey, APPROVALS } from './keys.ts';
import { readStored, StoredApproval } from './stored.ts';
import { type Condition, type Item, json, number, type Table, text } from './table.ts';

const PAGE = 100;

/**
 * One item for each target where a release waits. `taskToken` stands in an attribute of its own, for conditions; `expiresAt` lets the
 * table forget what an execution left that was stopped.
 */
export function createApprovalStore(table: Table): ApprovalStore {
  async function list(after: string | null): Promise<readonly PendingApproval[]> {
    const items = await table.page(APPROVALS, after, PAGE);
    const last = items.at(-1)?.['sk']?.S;
    return last === undefined ? [] : [...items.map((item) => approvalOf(item)), ...(await list(last))];
  }

  return {
    async pending(key) {
      const item = await table.get(approvalKey(key));
      return item === null ? null : approvalOf(item, targetName(key));
    },
    async list() {
      return (await list(null)).toSorted((a, b) => Date.parse(a.requestedAt) - Date.parse(b.requestedAt));
    },
    put(approval, replaced) {
      const expiresAt = number(Math.ceil(Date.parse(approval.expiresAt) / 1_000));
      const attributes = { taskToken: text(approval.taskToken), expiresAt, data: json(approval) };
      return table.set(approvalKey(approval), attributes, replaced === null ? isFree : isOf(replaced.taskToken));
    },
    remove: ({ taskToken, ...key }) => table.delete(approvalKey(key), isOf(taskToken)),
  };
}

const isFree: Condition = { expression: 'attribute_not_exists(taskToken)', values: {} };

function isOf(taskToken: string): Condition {
  return { expression: 'taskToken = :waiting', values: { ':waiting': text(taskToken) } };
}

function approvalOf(item: Item, target = item['sk']?.S ?? ''): PendingApproval {
  return readStored(StoredApproval, item['data'], `What waits for approval at ${target}`);
}
