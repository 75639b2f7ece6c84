import { afterAll, beforeAll } from 'vitest';
import { createBatchStore } from '../../src/adapters/dynamodb/batch-store.ts';
import { createMemoryBatchStore } from '../../src/adapters/memory/batch-store.ts';
import { startTable, type TestTable } from '../support/aws-table.ts';
import { batchStoreContract } from './batch-store.contract.ts';

batchStoreContract('memory', createMemoryBatchStore);

let table: TestTable;
beforeAll(async () => {
  table = await startTable();
});
afterAll(() => table.close());

batchStoreContract('DynamoDB', () => createBatchStore(table.table('dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem')));
