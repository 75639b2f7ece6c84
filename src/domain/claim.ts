import type { Deployment } from './deployment.ts';
import type { Instant } from './instant.ts';
import { compareReleases, type Release, type ReleaseOrder } from './release.ts';
import type { TargetState } from './target-state.ts';

/** The right of one execution to write to one target. */
export type Claim = ReleaseOrder & {
  readonly tag: string;
  /** Set in the write that proves the claim before the commit: from then on only `interrupt` or a person ends the deployment early. */
  readonly committing: boolean;
  /** Execution that holds it; null once given back. The rest stays, so that nothing older is deployed after it. */
  readonly execution: string | null;
  readonly redrives: number;
  /** Grows by one with each acquisition; whoever has an older one may not write. */
  readonly generation: number;
  readonly claimedAt: Instant;
};

export type Claimant = { readonly execution: string; readonly redrives: number; readonly release: Release };

export type ClaimDecision =
  | { readonly decision: 'take'; readonly claim: Claim }
  | { readonly decision: 'superseded'; readonly by: ReleaseOrder }
  | { readonly decision: 'ignored'; readonly holder: string };

/**
 * Who may write to the target: the newest release. A claim keeps its place in the order when it is given back, so an execution that
 * is started again or redriven later can't deploy backwards, not even over a newer release that failed.
 *
 * @param holderRuns whether the execution that holds the claim is still running; not looked at when nobody else holds it
 */
export function decideClaim(state: TargetState, claimant: Claimant, holderRuns: boolean, now: Instant): ClaimDecision {
  const { claim, current } = state;
  const { release } = claimant;
  const holder = claim?.execution ?? null;
  const heldByOther = claim !== null && holder !== null && holder !== claimant.execution && holderRuns;
  if (heldByOther && claim.digest === release.digest) return { decision: 'ignored', holder };
  if (claim !== null && claim.digest !== release.digest && compareReleases(claim, release) > 0) {
    return { decision: 'superseded', by: claim };
  }
  if (current !== null && current.release.digest !== release.digest && compareReleases(current.release, release) > 0) {
    return { decision: 'superseded', by: current.release };
  }
  return { decision: 'take', claim: nextClaim(claim, claimant, now) };
}

function nextClaim(claim: Claim | null, { execution, redrives, release }: Claimant, now: Instant): Claim {
  const { releasedAt, imagePushedAt, digest } = newerOf(claim, release);
  return { releasedAt, imagePushedAt, digest, tag: release.tag, committing: false, execution, redrives, generation: (claim?.generation ?? 0) + 1, claimedAt: now };
}

/** The claim never goes back in time: the same digest, deployed again with an older event, keeps its place in the order. */
function newerOf(claim: Claim | null, release: Release): ReleaseOrder {
  return claim !== null && claim.digest === release.digest && compareReleases(claim, release) > 0 ? claim : release;
}

/** Cause of a deployment that lost its claim on the way. */
export const CLAIM_LOST = 'superseded: the claim of the target went to another execution';

/** Proof of the right to write: the claim is still this execution's, and from its latest acquisition. */
export function holdsClaim(state: TargetState, execution: string, deployment: Deployment): boolean {
  return state.claim !== null && state.claim.execution === execution && state.claim.generation === deployment.claim?.generation;
}
