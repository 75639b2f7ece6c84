import type { Claim } from './claim.ts';
import type { Instant } from './instant.ts';
import type { Release } from './release.ts';

/** A person's stop on newer releases for a target; it stays until it is lifted. */
export type Hold = {
  readonly reason: string;
  /** ARN of who set it. */
  readonly by: string;
  readonly since: Instant;
};

/** A digest that failed on a target and was rolled back: nothing brings it back there but a person. */
export type Quarantined = {
  readonly digest: string;
  readonly tag: string;
  readonly since: Instant;
  /** Why, in one line. */
  readonly cause: string;
};

/** The newest release that may not be deployed yet: another deployment has the claim, or a hold stops it. */
export type Waiting = { readonly release: Release; readonly since: Instant };

/** What succeeded last on a target. */
export type CurrentRelease = { readonly release: Release; readonly execution: string; readonly concludedAt: Instant };

/** The target's item. */
export type TargetState = {
  /** Counts the changes of the item, so that a decision is written only on what it was made on; 0 before the first. */
  readonly version: number;
  readonly claim: Claim | null;
  readonly current: CurrentRelease | null;
  readonly next: Waiting | null;
  readonly hold: Hold | null;
  /** Newest first. */
  readonly quarantine: readonly Quarantined[];
};

export const NEW_TARGET: TargetState = { version: 0, claim: null, current: null, next: null, hold: null, quarantine: [] };

/** Members to replace; those left out stay. */
export type TargetChange = Partial<Pick<TargetState, 'next' | 'hold' | 'quarantine'>> & { readonly claim?: Claim };

/** How many quarantined digests a target remembers; the oldest go first. */
const QUARANTINE_LIMIT = 20;

/** The quarantine with one digest more, or with a new cause for one that is there. */
export function quarantined(quarantine: readonly Quarantined[], entry: Quarantined): readonly Quarantined[] {
  return [entry, ...quarantine.filter(({ digest }) => digest !== entry.digest)].slice(0, QUARANTINE_LIMIT);
}
