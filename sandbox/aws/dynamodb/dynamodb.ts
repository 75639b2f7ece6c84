import { z } from 'zod';
import type { AwsAccount, AwsOperation, AwsService, Need } from '../service.ts';
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
    operations: Object.fromEntries(OPERATIONS.map((name) => [name, forwarded(name, engine, tables)])),
  };
}

function forwarded(name: string, engine: DynamoDbEngine, tables: readonly TableProperties[]): AwsOperation {
  return {
    needs(input, account) {
      const request = parseShape(TableRef, input, name);
      const context = leadingKey(request, tables);
      return [{ action: `dynamodb:${name}`, resource: tableArn(request.TableName, account), ...(context && { context }) }];
    },
    run: (input: object) => engine.call(name, input),
  };
}

const Attributes = z.record(z.string(), z.looseObject({ S: z.string().optional() })).optional();
const TableRef = z.looseObject({ TableName: z.string(), IndexName: z.undefined('a table has no indexes here').optional(), Key: Attributes, Item: Attributes });

/** The partition key of the one item that is asked for; undefined where the request names none, or one that is no text. */
function leadingKey({ TableName, Key, Item }: z.output<typeof TableRef>, tables: readonly TableProperties[]): Need['context'] {
  const hash = tables.find((table) => table.TableName === TableName)?.KeySchema.find(({ KeyType }) => KeyType === 'HASH')?.AttributeName;
  const value = hash === undefined ? undefined : (Key ?? Item)?.[hash]?.S;
  return value === undefined ? undefined : { 'dynamodb:LeadingKeys': value };
}

function tableArn(name: string, account: AwsAccount): string {
  return `arn:aws:dynamodb:${account.region}:${account.id}:table/${name}`;
}

const TableDescription = z.object({ Table: z.object({ TableStatus: z.string() }) });

async function untilActive(engine: DynamoDbEngine, TableName: string): Promise<void> {
  const { Table } = TableDescription.parse(await engine.call('DescribeTable', { TableName }));
  if (Table.TableStatus !== 'ACTIVE') await untilActive(engine, TableName);
}
