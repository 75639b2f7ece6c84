import type * as z from 'zod/mini';
import { targetName, type TargetKey } from '../../domain/deployment.ts';
import type { Instant } from '../../domain/instant.ts';
import { readStored } from './stored.ts';
import { type Condition, type Item, json, type Key, number, type Table, text } from './table.ts';

/** What an execution waits for at one target, with the token that answers it. */
type Waiting = TargetKey & { readonly taskToken: string; readonly requestedAt: Instant; readonly expiresAt: Instant };

export type WaitingItems<Item extends Waiting> = {
  pending(key: TargetKey): Promise<Item | null>;
  list(): Promise<readonly Item[]>;
  put(item: Item, replaced: Item | null): Promise<boolean>;
  remove(item: Pick<Item, keyof TargetKey | 'taskToken'>): Promise<boolean>;
};

export type WaitingKind<Item extends Waiting> = {
  readonly partition: string;
  readonly keyOf: (key: TargetKey) => Key;
  readonly schema: z.ZodMiniType<Item>;
  /** How messages name one, before its target. */
  readonly what: string;
};

const PAGE = 100;

/**
 * One item for each target where an execution waits. `taskToken` stands in an attribute of its own, for conditions; `expiresAt` lets the
 * table forget what an execution left that was stopped.
 */
export function createWaitingItems<Kept extends Waiting>(table: Table, { partition, keyOf, schema, what }: WaitingKind<Kept>): WaitingItems<Kept> {
  const read = (item: Item, target = item['sk']?.S ?? ''): Kept => readStored(schema, item['data'], `${what} ${target}`);

  async function list(after: string | null): Promise<readonly Kept[]> {
    const items = await table.page(partition, after, PAGE);
    const last = items.at(-1)?.['sk']?.S;
    return last === undefined ? [] : [...items.map((item) => read(item)), ...(await list(last))];
  }

  return {
    async pending(key) {
      const item = await table.get(keyOf(key));
      return item === null ? null : read(item, targetName(key));
    },
    async list() {
      return (await list(null)).toSorted((a, b) => Date.parse(a.requestedAt) - Date.parse(b.requestedAt));
    },
    put(item, replaced) {
      const expiresAt = number(Math.ceil(Date.parse(item.expiresAt) / 1_000));
      const attributes = { taskToken: text(item.taskToken), expiresAt, data: json(item) };
      return table.set(keyOf(item), attributes, replaced === null ? isFree : isOf(replaced.taskToken));
    },
    remove: (item) => table.delete(keyOf(item), isOf(item.taskToken)),
  };
}

const isFree: Condition = { expression: 'attribute_not_exists(taskToken)', values: {} };

function isOf(taskToken: string): Condition {
  return { expression: 'taskToken = :waiting', values: { ':waiting': text(taskToken) } };
}
