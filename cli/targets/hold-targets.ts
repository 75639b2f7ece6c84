import type { TargetKey } from '../../src/domain/deployment.ts';
import type { Hold } from '../../src/domain/target-state.ts';
import type { TargetStore } from '../../src/ports/deployment-store.ts';
import { changeTarget } from './change-target.ts';

export type HeldTarget = {
  readonly key: TargetKey;
  readonly hold: Hold;
  /** False where the target was held already: that hold stays as it is. */
  readonly changed: boolean;
  /** What is being deployed there goes on. */
  readonly deploying: { readonly tag: string; readonly execution: string } | null;
};

/** Holds each target, unless it is held. Safe to repeat. */
export function holdTargets(targets: TargetStore, keys: readonly TargetKey[], hold: Hold): Promise<readonly HeldTarget[]> {
  return Promise.all(
    keys.map(async (key): Promise<HeldTarget> => {
      const { before, changed } = await changeTarget(targets, key, (state) => (state.hold === null ? { hold } : null));
      const execution = before.claim?.execution ?? null;
      const deploying = before.claim === null || execution === null ? null : { tag: before.claim.tag, execution };
      return { key, hold: before.hold ?? hold, changed, deploying };
    }),
  );
}
