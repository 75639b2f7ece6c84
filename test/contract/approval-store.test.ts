import { afterAll, beforeAll, expect, it } from 'vitest';
import { createApprovalStore } from '../../src/adapters/dynamodb/approval-store.ts';
import { approvalKey } from '../../src/adapters/dynamodb/keys.ts';
import { createMemoryApprovalStore } from '../../src/adapters/memory/approval-store.ts';
import { startTable, type TestTable } from '../support/aws-table.ts';
import { aPendingApproval } from '../support/approval.ts';
import { approvalStoreContract } from './approval-store.contract.ts';

approvalStoreContract('memory', createMemoryApprovalStore);

let aws: TestTable;
beforeAll(async () => {
  aws = await startTable();
});
afterAll(() => aws.close());

approvalStoreContract('DynamoDB', () => createApprovalStore(aws.table('dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem')));

it('lets the table forget in the end what a stopped execution left', async () => {
  const table = aws.table('dynamodb:GetItem', 'dynamodb:UpdateItem');
  const left = aPendingApproval({ service: 'left', expiresAt: '2026-01-03T03:05:00.001Z' });
  await createApprovalStore(table).put(left, null);
  expect((await table.get(approvalKey(left)))?.['expiresAt']?.N).toBe(String(Date.parse('2026-01-03T03:05:01.000Z') / 1_000));
});
