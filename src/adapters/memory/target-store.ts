import type { TargetState } from '../../domain/claim.ts';
import { targetName, type TargetKey } from '../../domain/deployment.ts';
import type { TargetStore } from '../../ports/deployment-store.ts';

export function createMemoryTargetStore(): TargetStore {
  const states = new Map<string, TargetState>();

  function stateOf(key: TargetKey): TargetState {
    return states.get(targetName(key)) ?? { claim: null, current: null };
  }

  return {
    async target(key) {
      return structuredClone(stateOf(key));
    },
    async claim(key, state, claim) {
      const now = stateOf(key);
      if (now.claim?.generation !== state.claim?.generation || now.claim?.execution !== state.claim?.execution) return false;
      states.set(targetName(key), structuredClone({ ...now, claim }));
      return true;
    },
    async conclude(key, { execution, generation }, current) {
      const { claim, current: previous } = stateOf(key);
      if (claim?.generation !== generation || (claim.execution !== null && claim.execution !== execution)) return false;
      states.set(targetName(key), structuredClone({ claim: { ...claim, execution: null }, current: current ?? previous }));
      return true;
    },
  };
}
