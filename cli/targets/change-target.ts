import { targetName, type TargetKey } from '../../src/domain/deployment.ts';
import { ConflictError } from '../../src/domain/errors.ts';
import type { TargetChange, TargetState } from '../../src/domain/target-state.ts';
import type { TargetStore } from '../../src/ports/deployment-store.ts';

/** How often a change is decided again because something else of the target changed meanwhile. */
const ATTEMPTS = 10;

/** What the target was when the change was decided, and whether there was one to make. */
export type Changed = { readonly before: TargetState; readonly changed: boolean };

/** Changes a target by what is decided on its state; null changes nothing. @throws ConflictError where others keep changing it */
export async function changeTarget(targets: Pick<TargetStore, 'target' | 'change'>, key: TargetKey, decide: (state: TargetState) => TargetChange | null): Promise<Changed> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const before = await targets.target(key);
    const change = decide(before);
    if (change === null) return { before, changed: false };
    if (await targets.change(key, before, change)) return { before, changed: true };
  }
  throw new ConflictError(`Target ${targetName(key)} changed ${ATTEMPTS} times while it was to be changed by hand; run the command again.`);
}
