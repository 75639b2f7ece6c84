import { afterAll, beforeAll, expect, it } from 'vitest';
import { mergeKey } from '../../src/adapters/dynamodb/keys.ts';
import { createMergeStore } from '../../src/adapters/dynamodb/merge-store.ts';
import { createMemoryMergeStore } from '../../src/adapters/memory/merge-store.ts';
import { startTable, type TestTable } from '../support/aws-table.ts';
import { aPendingMerge } from '../support/merge.ts';
import { waitingItemsContract } from './waiting-items.contract.ts';

waitingItemsContract('MergeStore: memory', createMemoryMergeStore, aPendingMerge);

let aws: TestTable;
beforeAll(async () => {
  aws = await startTable();
});
afterAll(() => aws.close());

waitingItemsContract('MergeStore: DynamoDB', () => createMergeStore(aws.table('dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem')), aPendingMerge);

it('lets the table forget in the end what a stopped execution left', async () => {
  const table = aws.table('dynamodb:GetItem', 'dynamodb:UpdateItem');
  const left = aPendingMerge({ service: 'left', expiresAt: '2026-01-03T03:05:00.001Z' });
  await createMergeStore(table).put(left, null);
  expect((await table.get(mergeKey(left)))?.['expiresAt']?.N).toBe(String(Date.parse('2026-01-03T03:05:01.000Z') / 1_000));
});
