import { targetName, type TargetKey } from '../../domain/deployment.ts';
import type { Attempt, DeploymentRecord, RecordStore } from '../../ports/deployment-store.ts';
import { partition, recordKey, recordsOf } from './keys.ts';
import { readStored, StoredAttempt, StoredRelease } from './stored.ts';
import { type Item, json, number, type Table } from './table.ts';

/** Long enough to compare a year's figures with the year before. */
const KEPT_FOR_DAYS = 400;

const ATTEMPT = 'attempt#';

/** One item for each release and target. Each attempt is an attribute of its own, so that two executions can write at once. */
export function createRecordStore(table: Table): RecordStore {
  return {
    async record(key, release, attempt) {
      await table.set(recordKey(key, release), {
        release: json(release),
        [`${ATTEMPT}${attempt.generation}#${attempt.execution}`]: json(attempt),
        expiresAt: number(Math.floor(Date.parse(attempt.concludedAt) / 1000) + KEPT_FOR_DAYS * 86_400),
      });
    },
    async history(key, limit) {
      const items = await table.last(partition(key.service), recordsOf(key), limit);
      return items.map((item) => recordOf(key, item));
    },
  };
}

function recordOf({ service, environment, target }: TargetKey, item: Item): DeploymentRecord {
  const name = `A record of ${targetName({ service, environment, target })}`;
  const attempts = Object.entries(item)
    .filter(([attribute]) => attribute.startsWith(ATTEMPT))
    .map(([, attempt]) => readStored(StoredAttempt, attempt, name));
  return { service, environment, target, release: readStored(StoredRelease, item['release'], name), attempts: attempts.toSorted(byConclusion) };
}

function byConclusion(a: Attempt, b: Attempt): number {
  return Date.parse(a.concludedAt) - Date.parse(b.concludedAt);
}
