import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { startDynamoDb } from '../../sandbox/aws/dynamodb/dynamodb.ts';
import { openTable, type Table } from '../../src/adapters/dynamodb/table.ts';
import { ACCOUNT, type ClientConfig, startAws, type TestAws } from './aws.ts';

export const TABLE_NAME = 'slipway-test';

/** The table as the stack declares it. */
export const TABLE = {
  TableName: TABLE_NAME,
  BillingMode: 'PAY_PER_REQUEST',
  AttributeDefinitions: [
    { AttributeName: 'pk', AttributeType: 'S' },
    { AttributeName: 'sk', AttributeType: 'S' },
  ],
  KeySchema: [
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ],
  PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
  TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
};

export type TestTable = TestAws & {
  /** The adapter's table for a client that may do these actions and no others. */
  table(...actions: readonly string[]): Table;
  client(config: ClientConfig): DynamoDBClient;
};

/** The sandbox's DynamoDB behind its endpoint, with Slipway's table. */
export async function startTable(): Promise<TestTable> {
  const dynamodb = await startDynamoDb({ account: ACCOUNT });
  await dynamodb.createTable(TABLE);
  const aws = await startAws(dynamodb);
  const client = (config: ClientConfig): DynamoDBClient => new DynamoDBClient(config);
  return {
    ...aws,
    client,
    table: (...actions) => openTable({ tableName: TABLE_NAME, client: client(aws.only(...actions)) }),
    async close() {
      await aws.close();
      await dynamodb.stop();
    },
  };
}
