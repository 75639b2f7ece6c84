import { z } from 'zod';
import type { AwsAccount, AwsOperation, AwsService } from '../service.ts';
import { parseShape } from '../shape.ts';
import { type DynamoDbEngine, startEngine } from './engine.ts';
import { createTableInput, parseTable, type TableProperties } from './tables.ts';

/** Operations on items, and the scan with which people look at a table; dynalite itself refuses what it does not know within one. */
const OPERATIONS = ['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'Query', 'Scan'] as const;

export type DynamoDb = AwsService & {
  /** Creates an AWS::DynamoDB::Table by its properties and returns its ARN. */
  createTable(properties: unknown): Promise<string>;
  /** Tables as they were asked for, with what is recorded only: recovery and expiry. */
  tables(): readonly TableProperties[];
  stop(): Promise<void>;
};

/** DynamoDB on a dynalite in memory. */
export async function startDynamoDb({ account }: { readonly account: AwsAccount }): Promise<DynamoDb> {
  const engine = await startEngine();
  const tables: TableProperties[] = [];
  return {
    async createTable(properties) {
      const table = parseTable(properties);
      await engine.call('CreateTable', createTableInput(table));
      await untilActive(engine, table.TableName);
      tables.push(table);
      return tableArn(table.TableName, account);
    },
    tables: () => [...tables],
    stop: () => engine.stop(),
    scope: 'dynamodb',
    operations: Object.fromEntries(OPERATIONS.map((name) => [name, forwarded(name, engine)])),
  };
}

function forwarded(name: string, engine: DynamoDbEngine): AwsOperation {
  return {
    needs: (input, account) => [{ action: `dynamodb:${name}`, resource: tableArn(parseShape(TableRef, input, name).TableName, account) }],
    run: (input: object) => engine.call(name, input),
  };
}

const TableRef = z.looseObject({ TableName: z.string(), IndexName: z.undefined('a table has no indexes here').optional() });

function tableArn(name: string, account: AwsAccount): string {
  return `arn:aws:dynamodb:${account.region}:${account.id}:table/${name}`;
}

const TableDescription = z.object({ Table: z.object({ TableStatus: z.string() }) });

async function untilActive(engine: DynamoDbEngine, TableName: string): Promise<void> {
  const { Table } = TableDescription.parse(await engine.call('DescribeTable', { TableName }));
  if (Table.TableStatus !== 'ACTIVE') await untilActive(engine, TableName);
}
