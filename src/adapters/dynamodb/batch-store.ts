import * as z from 'zod/mini';
import { targetName } from '../../domain/deployment.ts';
import { later } from '../../domain/instant.ts';
import type { BatchStore, Lease, WaitingCommit } from '../../ports/batch-store.ts';
import { BATCHES, leaderKey, waitingKey, waitingPrefix } from './keys.ts';
import { readStored } from './stored.ts';
import { StoredDeployment } from './stored-deployment.ts';
import { type Condition, type Item, json, nothing, number, type Table, text } from './table.ts';

/** What an execution left that was stopped, the table forgets after an hour. */
const KEPT_MS = 3_600_000;

const StoredWaitingCommit: z.ZodMiniType<WaitingCommit> = z.strictObject({ execution: z.string(), deployment: StoredDeployment, taskToken: z.string(), since: z.iso.datetime() });

/**
 * One item for each deployment that waits, and one for the lease of each branch. `taskToken`, `holder` and `endsAt` (epoch milliseconds)
 * stand in attributes of their own, for conditions.
 */
export function createBatchStore(table: Table): BatchStore {
  return {
    async join(repository, waiting) {
      const expiresAt = number(Math.ceil(Date.parse(later(waiting.since, KEPT_MS)) / 1_000));
      await table.set(waitingKey(repository, waiting), { taskToken: text(waiting.taskToken), expiresAt, data: json(waiting) });
    },
    async waiting(repository, limit) {
      const prefix = waitingPrefix(repository);
      const items = await table.page(BATCHES, prefix, limit);
      const own = items.filter((item) => item['sk']?.S?.startsWith(prefix) === true);
      const read = own.map((item) => readStored(StoredWaitingCommit, item['data'], `A deployment that waits for ${repository.branch} of ${repository.url}`));
      return read.toSorted((a, b) => Date.parse(a.since) - Date.parse(b.since) || targetName(a.deployment).localeCompare(targetName(b.deployment)));
    },
    async leave(repository, waiting) {
      await table.delete(waitingKey(repository, waiting), { expression: 'taskToken = :answered', values: { ':answered': text(waiting.taskToken) } });
    },
    enter: (repository, lease) => table.set(leaderKey(repository), attributesOf(lease, true), isFreeFor(lease)),
    lead: (repository, lease) => table.set(leaderKey(repository), attributesOf(lease, false), orOfOneAlone(isFreeFor(lease))),
    async stepDown(repository, holder) {
      await table.set(leaderKey(repository), { holder: nothing }, { expression: 'holder = :holder', values: { ':holder': text(holder) } });
    },
  };
}

function attributesOf({ holder, until }: Lease, isAlone: boolean): Item {
  return { holder: text(holder), endsAt: milliseconds(until), isAlone: { BOOL: isAlone } };
}

function isFreeFor({ holder, now }: Lease): Condition {
  const values = { ':holder': text(holder), ':nobody': nothing, ':now': milliseconds(now) };
  return { expression: 'attribute_not_exists(holder) OR holder = :nobody OR holder = :holder OR endsAt <= :now', values };
}

/** Whoever pushes for all need not wait for one that commits by itself. */
function orOfOneAlone({ expression, values }: Condition): Condition {
  return { expression: `${expression} OR isAlone = :alone`, values: { ...values, ':alone': { BOOL: true } } };
}

function milliseconds(instant: string) {
  return number(Date.parse(instant));
}
