import { afterAll, beforeAll } from 'vitest';
import { createTargetStore } from '../../src/adapters/dynamodb/target-store.ts';
import { createMemoryTargetStore } from '../../src/adapters/memory/target-store.ts';
import { startTable, type TestTable } from '../support/aws-table.ts';
import { targetStoreContract } from './target-store.contract.ts';

targetStoreContract('memory', createMemoryTargetStore);

let aws: TestTable;
beforeAll(async () => {
  aws = await startTable();
});
afterAll(() => aws.close());

targetStoreContract('DynamoDB', () => createTargetStore(aws.table('dynamodb:GetItem', 'dynamodb:UpdateItem')));
