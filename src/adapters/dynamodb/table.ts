import {
  type AttributeValue,
  ConditionalCheckFailedException,
  DeleteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  QueryCommand,
  type QueryCommandInput,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { callAws } from '../aws/errors.ts';

export type Key = { readonly pk: string; readonly sk: string };

export type Item = Readonly<Record<string, AttributeValue>>;

/** A condition on the item as it is now, with its values by placeholder. */
export type Condition = { readonly expression: string; readonly values: Item };

/** Slipway's one table: single items, consistent reads, conditional writes. */
export type Table = {
  get(key: Key): Promise<Item | null>;
  /** Items of a partition whose sort key begins with `prefix`, greatest sort key first. */
  last(pk: string, prefix: string, limit: number): Promise<readonly Item[]>;
  /** Items of a partition in the order of their sort keys, those after `after`. Fewer than `limit` says nothing; none: that was the end. */
  page(pk: string, after: string | null, limit: number): Promise<readonly Item[]>;
  /** Sets attributes and leaves the others. False when the condition does not hold. */
  set(key: Key, attributes: Item, condition?: Condition): Promise<boolean>;
  /** As `set`, and adds one to the attribute `counter`. */
  setAndCount(key: Key, attributes: Item, counter: string, condition: Condition): Promise<boolean>;
  /** Adds to a set of names. */
  addName(key: Key, attribute: string, name: string): Promise<void>;
  /** False when the condition does not hold. */
  delete(key: Key, condition?: Condition): Promise<boolean>;
};

export type TableOptions = { readonly tableName: string; readonly client?: DynamoDBClient };

export function openTable({ tableName: TableName, client = new DynamoDBClient({}) }: TableOptions): Table {
  function call<Answer>(operation: string, key: string, send: () => Promise<Answer>): Promise<Answer> {
    const doing = `${operation} item ${key} of table ${TableName}`;
    return callAws({ doing, needs: `dynamodb:${operation}`, ifMissing: `deploy the stack, or check the table's name and region` }, send);
  }

  function update(key: Key, expression: string, attributes: Item, condition?: Condition): Promise<boolean> {
    const names = Object.keys(attributes);
    const command = new UpdateItemCommand({
      TableName,
      Key: attributesOf(key),
      UpdateExpression: expression,
      ExpressionAttributeNames: Object.fromEntries(names.map((name, index) => [`#a${index}`, name])),
      ExpressionAttributeValues: { ...Object.fromEntries(Object.values(attributes).map((value, index) => [`:a${index}`, value])), ...condition?.values },
      ...(condition !== undefined && { ConditionExpression: condition.expression }),
    });
    return call('UpdateItem', `${key.pk} ${key.sk}`, () => client.send(command).then(() => true, asLostRace));
  }

  async function query(keys: string, input: Omit<QueryCommandInput, 'TableName' | 'ConsistentRead'>): Promise<readonly Item[]> {
    return (await call('Query', keys, () => client.send(new QueryCommand({ ...input, TableName, ConsistentRead: true })))).Items ?? [];
  }

  return {
    async get(key) {
      const command = new GetItemCommand({ TableName, Key: attributesOf(key), ConsistentRead: true });
      return (await call('GetItem', `${key.pk} ${key.sk}`, () => client.send(command))).Item ?? null;
    },
    last: (pk, prefix, limit) =>
      query(`${pk} ${prefix}*`, {
        KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
        ExpressionAttributeValues: { ':pk': text(pk), ':prefix': text(prefix) },
        ScanIndexForward: false,
        Limit: limit,
      }),
    page: (pk, after, limit) =>
      query(`${pk} *`, {
        KeyConditionExpression: after === null ? 'pk = :pk' : 'pk = :pk AND sk > :after',
        ExpressionAttributeValues: { ':pk': text(pk), ...(after !== null && { ':after': text(after) }) },
        Limit: limit,
      }),
    set: (key, attributes, condition) => update(key, setting(attributes), attributes, condition),
    setAndCount(key, attributes, counter, condition) {
      const place = Object.keys(attributes).length;
      return update(key, `${setting(attributes)} ADD #a${place} :a${place}`, { ...attributes, [counter]: number(1) }, condition);
    },
    async addName(key, attribute, name) {
      await update(key, 'ADD #a0 :a0', { [attribute]: { SS: [name] } });
    },
    async delete(key, condition) {
      const command = new DeleteItemCommand({
        TableName,
        Key: attributesOf(key),
        ...(condition !== undefined && { ConditionExpression: condition.expression, ExpressionAttributeValues: condition.values }),
      });
      return call('DeleteItem', `${key.pk} ${key.sk}`, () => client.send(command).then(() => true, asLostRace));
    },
  };
}

function setting(attributes: Item): string {
  return `SET ${Object.keys(attributes).map((_, index) => `#a${index} = :a${index}`).join(', ')}`;
}

/** A condition that does not hold is an answer, not an error. */
function asLostRace(error: unknown): false {
  if (error instanceof ConditionalCheckFailedException) return false;
  throw error;
}

function attributesOf({ pk, sk }: Key): Record<string, AttributeValue> {
  return { pk: text(pk), sk: text(sk) };
}

export function text(value: string): AttributeValue {
  return { S: value };
}

export function number(value: number): AttributeValue {
  return { N: String(value) };
}

export const nothing: AttributeValue = { NULL: true };

/** A structure, as one JSON text: only keys and what conditions compare are attributes of their own. */
export function json(value: unknown): AttributeValue {
  return text(JSON.stringify(value));
}
