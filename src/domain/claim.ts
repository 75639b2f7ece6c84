import type { Instant } from './instant.ts';
import type { Release, ReleaseOrder } from './release.ts';

/** The right of one execution to write to one target. */
export type Claim = ReleaseOrder & {
  /** Execution that holds it; null once given back. The rest stays, so that nothing older is deployed after it. */
  readonly execution: string | null;
  readonly redrives: number;
  /** Grows by one with each acquisition; whoever has an older one may not write. */
  readonly generation: number;
  readonly claimedAt: Instant;
};

/** The target's item: its claim, and what last succeeded there. */
export type TargetState = {
  readonly claim: Claim | null;
  readonly current: { readonly release: Release; readonly execution: string; readonly concludedAt: Instant } | null;
};

export type Claimant = { readonly execution: string; readonly redrives: number; readonly release: Release };

export type ClaimDecision =
  | { readonly decision: 'take'; readonly claim: Claim }
  | { readonly decision: 'superseded'; readonly by: string }
  | { readonly decision: 'ignored'; readonly holder: string };
