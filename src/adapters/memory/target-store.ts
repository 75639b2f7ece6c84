import { targetName, type TargetKey } from '../../domain/deployment.ts';
import { NEW_TARGET, quarantined, type TargetState } from '../../domain/target-state.ts';
import type { ClaimProof, TargetStore } from '../../ports/deployment-store.ts';

export function createMemoryTargetStore(): TargetStore {
  const states = new Map<string, TargetState>();

  function stateOf(key: TargetKey): TargetState {
    return states.get(targetName(key)) ?? NEW_TARGET;
  }

  function put(key: TargetKey, state: TargetState): true {
    states.set(targetName(key), structuredClone({ ...state, version: stateOf(key).version + 1 }));
    return true;
  }

  return {
    async target(key) {
      return structuredClone(stateOf(key));
    },
    async change(key, { version }, change) {
      const now = stateOf(key);
      return now.version === version && put(key, { ...now, ...change });
    },
    async prove(key, proof, purpose) {
      const now = stateOf(key);
      const { claim } = now;
      if (claim === null || !isHolder(now, proof)) return false;
      if (purpose.purpose !== 'rollback') return put(key, { ...now, claim: { ...claim, committing: purpose.purpose === 'commit' } });
      return put(key, { ...now, quarantine: quarantined(now.quarantine, purpose.quarantine) });
    },
    async conclude(key, { execution, generation }, current) {
      const now = stateOf(key);
      const { claim } = now;
      if (claim?.generation !== generation || (claim.execution !== null && claim.execution !== execution)) return false;
      return put(key, { ...now, claim: { ...claim, execution: null }, current: current ?? now.current });
    },
  };
}

function isHolder({ claim }: TargetState, { execution, generation }: ClaimProof): boolean {
  return claim?.execution === execution && claim.generation === generation;
}
