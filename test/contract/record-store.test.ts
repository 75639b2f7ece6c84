import { QueryCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createRecordStore } from '../../src/adapters/dynamodb/record-store.ts';
import { createMemoryRecordStore } from '../../src/adapters/memory/record-store.ts';
import { startTable, TABLE_NAME, type TestTable } from '../support/aws-table.ts';
import { aRelease } from '../support/release.ts';
import { anAttempt } from '../support/attempt.ts';
import { recordStoreContract } from './record-store.contract.ts';

recordStoreContract('memory', createMemoryRecordStore);

let aws: TestTable;
beforeAll(async () => {
  aws = await startTable();
});
afterAll(() => aws.close());

recordStoreContract('DynamoDB', () => createRecordStore(aws.table('dynamodb:UpdateItem', 'dynamodb:Query')));

it('lets a record expire after 400 days', async () => {
  const key = { service: 'expiring', environment: 'dev', target: 'eu' };
  await createRecordStore(aws.table('dynamodb:UpdateItem')).record(key, aRelease(), anAttempt({ concludedAt: '2026-01-01T00:00:00.000Z' }));
  const query = { TableName: TABLE_NAME, KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': { S: 'service#expiring' } } };
  const { Items } = await aws.client(aws.administrator).send(new QueryCommand(query));
  expect(Items?.[0]?.['expiresAt']).toEqual({ N: String(Date.parse('2027-02-05T00:00:00.000Z') / 1000) });
});
