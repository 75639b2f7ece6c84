import { afterAll, beforeAll, expect, it } from 'vitest';
import { createServiceStore } from '../../src/adapters/dynamodb/service-store.ts';
import { createSweepStore } from '../../src/adapters/dynamodb/sweep-store.ts';
import { createMemorySweepStore } from '../../src/adapters/memory/sweep-store.ts';
import { startTable, type TestTable } from '../support/aws-table.ts';
import { aService } from '../support/service.ts';
import { sweepStoreContract } from './sweep-store.contract.ts';

sweepStoreContract('memory', async (since) => createMemorySweepStore(since));

let aws: TestTable;
beforeAll(async () => {
  aws = await startTable();
});
afterAll(() => aws.close());

const writer = () => aws.table('dynamodb:GetItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem');

sweepStoreContract('DynamoDB', async (since) => {
  for (const [name, instant] of Object.entries(since)) await createServiceStore(writer(), () => instant).put(aService({ name }));
  return createSweepStore(aws.table('dynamodb:GetItem', 'dynamodb:UpdateItem', 'dynamodb:Query'));
});

it('lists a service from when it was first applied, and no more once it is removed', async () => {
  const store = createSweepStore(aws.table('dynamodb:Query'));
  const listed = async () => (await store.services('zebr', 10)).map(({ name, since }) => `${name} ${since}`);
  const zebra = aService({ name: 'zebra' });
  for (const day of ['01', '02']) await createServiceStore(writer(), () => `2026-02-${day}T00:00:00.000Z`).put(zebra);
  expect(await listed()).toEqual(['zebra 2026-02-01T00:00:00.000Z']);
  await createServiceStore(writer()).remove(zebra);
  expect(await listed()).toEqual([]);
});
