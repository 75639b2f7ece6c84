import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import type { Claim } from '../../domain/claim.ts';
import { targetName, type TargetKey } from '../../domain/deployment.ts';
import { ConflictError } from '../../domain/errors.ts';
import { quarantined, type TargetChange, type TargetState } from '../../domain/target-state.ts';
import type { ClaimProof, TargetStore } from '../../ports/deployment-store.ts';
import { targetKey } from './keys.ts';
import { type ClaimBody, readStored, StoredClaim, StoredCurrent, StoredHold, StoredQuarantine, StoredWaiting } from './stored.ts';
import { type Condition, type Item, json, nothing, number, type Table, text } from './table.ts';

/** How often a quarantine is written again because something else of the target changed meanwhile. */
const ATTEMPTS = 5;

/**
 * One item for each target. What conditions compare stands in attributes of its own: `version`, which every write raises, and of the
 * claim its `generation` and its `holder` (null once given back).
 */
export function createTargetStore(table: Table): TargetStore {
  async function target(key: TargetKey): Promise<TargetState> {
    return stateOf((await table.get(targetKey(key))) ?? {}, targetName(key));
  }

  function write(key: TargetKey, attributes: Item, condition: Condition): Promise<boolean> {
    return table.setAndCount(targetKey(key), attributes, 'version', condition);
  }

  return {
    target,
    change: (key, { version }, change) => write(key, attributesOf(change), unchangedSince(version)),
    async prove(key, proof, purpose) {
      if (purpose.purpose !== 'rollback') return write(key, { committing: { BOOL: purpose.purpose === 'commit' } }, heldBy(proof));
      for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
        const { claim, quarantine, version } = await target(key);
        if (claim?.execution !== proof.execution || claim.generation !== proof.generation) return false;
        if (await write(key, { quarantine: json(quarantined(quarantine, purpose.quarantine)) }, unchangedSince(version))) return true;
      }
      throw new ConflictError(`Target ${targetName(key)} changed ${ATTEMPTS} times while a digest was quarantined; the state machine tries again.`);
    },
    conclude(key, { execution, generation }, current) {
      const condition = {
        expression: 'generation = :generation AND (holder = :execution OR holder = :nobody)',
        values: { ':generation': number(generation), ':execution': text(execution), ':nobody': nothing },
      };
      return write(key, { holder: nothing, ...(current !== null && { current: json(current) }) }, condition);
    },
  };
}

function stateOf(item: Item, target: string): TargetState {
  return {
    version: Number(item['version']?.N ?? 0),
    claim: item['claim'] === undefined ? null : claimOf(item, target),
    current: item['current'] === undefined ? null : readStored(StoredCurrent, item['current'], `The current release of ${target}`),
    next: isThere(item['next']) ? readStored(StoredWaiting, item['next'], `The next release of ${target}`) : null,
    hold: isThere(item['hold']) ? readStored(StoredHold, item['hold'], `The hold of ${target}`) : null,
    quarantine: item['quarantine'] === undefined ? [] : readStored(StoredQuarantine, item['quarantine'], `The quarantine of ${target}`),
  };
}

function claimOf(item: Item, target: string): Claim {
  const body = readStored(StoredClaim, item['claim'], `The claim of ${target}`);
  return { ...body, execution: item['holder']?.S ?? null, generation: Number(item['generation']?.N), committing: item['committing']?.BOOL === true };
}

function isThere(attribute: AttributeValue | undefined): boolean {
  return attribute !== undefined && attribute.NULL !== true;
}

function attributesOf({ claim, next, hold, quarantine }: TargetChange): Item {
  return {
    ...(claim !== undefined && claimAttributes(claim)),
    ...(next !== undefined && { next: next === null ? nothing : json(next) }),
    ...(hold !== undefined && { hold: hold === null ? nothing : json(hold) }),
    ...(quarantine !== undefined && { quarantine: json(quarantine) }),
  };
}

function claimAttributes({ execution, generation, committing, ...body }: Claim): Item {
  const claim: ClaimBody = body;
  return { generation: number(generation), holder: execution === null ? nothing : text(execution), committing: { BOOL: committing }, claim: json(claim) };
}

function unchangedSince(version: number): Condition {
  if (version === 0) return { expression: 'attribute_not_exists(version)', values: {} };
  return { expression: 'version = :version', values: { ':version': number(version) } };
}

function heldBy({ execution, generation }: ClaimProof): Condition {
  return { expression: 'generation = :generation AND holder = :execution', values: { ':generation': number(generation), ':execution': text(execution) } };
}
