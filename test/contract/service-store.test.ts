import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { sweptServicesKey } from '../../src/adapters/dynamodb/keys.ts';
import { createServiceStore } from '../../src/adapters/dynamodb/service-store.ts';
import { openTable } from '../../src/adapters/dynamodb/table.ts';
import { createMemoryServiceStore } from '../../src/adapters/memory/service-store.ts';
import { ForbiddenError, NotFoundError, RefusedError } from '../../src/domain/errors.ts';
import { startTable, TABLE_NAME, type TestTable } from '../support/aws-table.ts';
import { aWholeService, serviceStoreContract } from './service-store.contract.ts';

serviceStoreContract('memory', () => createMemoryServiceStore());

let aws: TestTable;
beforeAll(async () => {
  aws = await startTable();
});
afterAll(() => aws.close());

serviceStoreContract('DynamoDB', () => createServiceStore(aws.table('dynamodb:GetItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem')));

it('reads with no other right than GetItem', async () => {
  await createServiceStore(aws.table('dynamodb:GetItem', 'dynamodb:UpdateItem')).put(aWholeService());
  const reader = createServiceStore(aws.table('dynamodb:GetItem'));
  expect(await reader.servicesOf(aWholeService().repository)).toEqual([aWholeService()]);
  const put = reader.put(aWholeService());
  await expect(put).rejects.toThrow(ForbiddenError);
  await expect(put).rejects.toThrow(/UpdateItem item repository#.*allow dynamodb:UpdateItem/);
});

it('keeps since when a service is applied for the sweep, until it is removed', async () => {
  const table = aws.table('dynamodb:GetItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem');
  const since = async () => (await table.get(sweptServicesKey('swept')))?.['since']?.S;
  const swept = aWholeService({ name: 'swept' });
  await createServiceStore(table, () => '2026-01-02T03:04:05.000Z').put(swept);
  await createServiceStore(table, () => '2026-02-02T03:04:05.000Z').put(swept);
  expect(await since()).toBe('2026-01-02T03:04:05.000Z');
  await createServiceStore(table).remove(swept);
  expect(await since()).toBeUndefined();
  await createServiceStore(table, () => '2026-03-02T03:04:05.000Z').put(swept);
  expect(await since()).toBe('2026-03-02T03:04:05.000Z');
});

it('names the table that does not exist', async () => {
  const store = createServiceStore(openTable({ tableName: 'slipway-missing', client: aws.client(aws.administrator) }));
  await expect(store.service('one')).rejects.toThrow(NotFoundError);
  await expect(store.service('one')).rejects.toThrow(/slipway-missing.*deploy the stack/);
});

it('refuses a configuration that it does not fully understand', async () => {
  const Item = { pk: { S: 'service#newer' }, sk: { S: 'config' }, data: { S: JSON.stringify({ ...aWholeService(), promotions: [] }) } };
  await aws.client(aws.administrator).send(new PutItemCommand({ TableName: TABLE_NAME, Item }));
  const store = createServiceStore(aws.table('dynamodb:GetItem'));
  await expect(store.service('newer')).rejects.toThrow(RefusedError);
  await expect(store.service('newer')).rejects.toThrow(/configuration of service newer.*promotions/);
});
