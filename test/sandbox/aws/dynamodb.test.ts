import { BatchGetItemCommand, DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DynamoDb, startDynamoDb } from '../../../sandbox/aws/dynamodb/dynamodb.ts';
import { ACCOUNT, startAws, type TestAws } from '../../support/aws.ts';
import { TABLE, TABLE_NAME } from '../../support/aws-table.ts';

const ARN = `arn:aws:dynamodb:eu-central-1:111122223333:table/${TABLE_NAME}`;

let dynamodb: DynamoDb;
let arn: string;
let aws: TestAws;
let client: DynamoDBClient;
beforeAll(async () => {
  dynamodb = await startDynamoDb({ account: ACCOUNT });
  arn = await dynamodb.createTable(TABLE);
  aws = await startAws(dynamodb);
  client = new DynamoDBClient(aws.administrator);
});
afterAll(async () => {
  await aws.close();
  await dynamodb.stop();
});

describe('a table', () => {
  it('keeps items as soon as it is created', async () => {
    expect(arn).toBe(ARN);
    const Item = { pk: { S: 'a' }, sk: { S: 'b' }, n: { N: '1' } };
    await client.send(new PutItemCommand({ TableName: TABLE_NAME, Item }));
    const { Item: read } = await client.send(new GetItemCommand({ TableName: TABLE_NAME, Key: { pk: { S: 'a' }, sk: { S: 'b' } } }));
    expect(read).toEqual(Item);
  });

  it('records recovery and expiry, which nothing here acts upon', () => {
    expect(dynamodb.tables()).toEqual([TABLE]);
  });

  it('refuses by name a property that it does not know', async () => {
    await expect(dynamodb.createTable({ ...TABLE, TableName: 'other', StreamSpecification: { StreamViewType: 'NEW_IMAGE' } })).rejects.toThrow('StreamSpecification');
  });

  it('answers errors in the words of DynamoDB', async () => {
    const put = new PutItemCommand({ TableName: TABLE_NAME, Item: { pk: { S: 'a' }, sk: { S: 'b' } }, ConditionExpression: 'n = :n', ExpressionAttributeValues: { ':n': { N: '2' } } });
    await expect(client.send(put)).rejects.toMatchObject({ name: 'ConditionalCheckFailedException', message: 'The conditional request failed' });
    await expect(client.send(new GetItemCommand({ TableName: 'missing', Key: { pk: { S: 'a' } } }))).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  it('is allowed by its ARN, and has no indexes', () => {
    const needs = (input: object) => dynamodb.operations['Query']?.needs(input, ACCOUNT);
    expect(needs({ TableName: TABLE_NAME })).toEqual([{ action: 'dynamodb:Query', resource: ARN }]);
    expect(() => needs({ TableName: TABLE_NAME, IndexName: 'by-owner' })).toThrow('IndexName: a table has no indexes here');
  });

  it('tells IAM the partition key of the item that is asked for', () => {
    const contextOf = (operation: string, input: object) => dynamodb.operations[operation]?.needs({ TableName: TABLE_NAME, ...input }, ACCOUNT)[0]?.context;
    const item = { pk: { S: 'approval' }, sk: { S: 'b' } };
    for (const operation of ['GetItem', 'UpdateItem', 'DeleteItem']) expect(contextOf(operation, { Key: item })).toEqual({ 'dynamodb:LeadingKeys': 'approval' });
    expect(contextOf('PutItem', { Item: item })).toEqual({ 'dynamodb:LeadingKeys': 'approval' });
    expect(contextOf('Query', {})).toBeUndefined();
  });

  it('refuses by name an operation that nothing in the stack uses', async () => {
    await expect(client.send(new BatchGetItemCommand({ RequestItems: { [TABLE_NAME]: { Keys: [] } } }))).rejects.toThrow('BatchGetItem');
  });
});
