import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Claim } from '../../domain/claim.ts';
import { targetName } from '../../domain/deployment.ts';
import type { TargetStore } from '../../ports/deployment-store.ts';
import { targetKey } from './keys.ts';
import { type ClaimBody, readStored, StoredClaim, StoredCurrent } from './stored.ts';
import { type Condition, type Item, json, nothing, number, type Table, text } from './table.ts';

/** One item for each target: `generation` and `holder` (null once given back) stand beside the claim for conditions to compare. */
export function createTargetStore(table: Table): TargetStore {
  return {
    async target(key) {
      const item = (await table.get(targetKey(key))) ?? {};
      const name = targetName(key);
      return {
        claim: item['claim'] === undefined ? null : claimOf(item, name),
        current: item['current'] === undefined ? null : readStored(StoredCurrent, item['current'], `The current release of ${name}`),
      };
    },
    claim(key, state, { execution, generation, ...body }) {
      const claim: ClaimBody = body;
      return table.set(targetKey(key), { generation: number(generation), holder: holder(execution), claim: json(claim) }, unchangedSince(state.claim));
    },
    conclude(key, { execution, generation }, current) {
      const condition = {
        expression: 'generation = :generation AND (holder = :execution OR holder = :nobody)',
        values: { ':generation': number(generation), ':execution': text(execution), ':nobody': nothing },
      };
      return table.set(targetKey(key), { holder: nothing, ...(current !== null && { current: json(current) }) }, condition);
    },
  };
}

function claimOf(item: Item, target: string): Claim {
  const body = readStored(StoredClaim, item['claim'], `The claim of ${target}`);
  return { ...body, execution: item['holder']?.S ?? null, generation: Number(item['generation']?.N) };
}

/** The generation tells a claim taken since, the holder one given back. */
function unchangedSince(claim: Claim | null): Condition {
  if (claim === null) return { expression: 'attribute_not_exists(generation)', values: {} };
  return {
    expression: 'generation = :generation AND holder = :holder',
    values: { ':generation': number(claim.generation), ':holder': holder(claim.execution) },
  };
}

function holder(execution: string | null): AttributeValue {
  return execution === null ? nothing : text(execution);
}
