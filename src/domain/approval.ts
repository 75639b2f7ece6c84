import { type ClaimCircumstances, type Claimant, decideClaim, newerPlace } from './claim.ts';
import type { Instant } from './instant.ts';
import { compareReleases, type Release } from './release.ts';
import type { TargetChange, TargetState } from './target-state.ts';

/** What a task that waits for approval is answered with: the state machine's contract. `reason` of the last two is the whole cause. */
export type ApprovalAnswer =
  | { readonly status: 'approved'; readonly at: Instant; readonly by?: string; readonly reason?: string }
  | { readonly status: 'rejected'; readonly at: Instant; readonly by: string; readonly reason?: string }
  | { readonly status: 'superseded' | 'ignored'; readonly reason: string };

/** A release that was put before a person already, and whether its execution still waits for the answer. */
export type PendingRelease = { readonly release: Release; readonly execution: string; readonly waits: boolean };

/** The question takes the place of what is there; `supersedes` says that somebody waits for an answer to that. */
export type Ask = { readonly decision: 'ask'; readonly supersedes: boolean };

/** Nobody is asked. The change is what the target remembers of this release; `renews`: what waits for approval counts as new as this one. */
export type AnswerAtOnce = { readonly decision: 'answer'; readonly answer: ApprovalAnswer; readonly change: TargetChange | null; readonly renews: boolean };

/**
 * Whether a person is asked for this release. Only for one that would be deployed there now: what is older, quarantined or has to wait
 * for a hold or another deployment is answered as ClaimTarget would, and asked for when its turn comes. The newest release waits alone.
 */
export function decideApproval(state: TargetState, claimant: Claimant, pending: PendingRelease | null, circumstances: ClaimCircumstances): Ask | AnswerAtOnce {
  const { release, execution, person } = claimant;
  const claim = decideClaim(state, claimant, circumstances);
  if (claim.decision !== 'take') return answered({ status: claim.decision, reason: claim.cause }, claim.change);
  if (isThere(state, release)) {
    const reason = `${release.tag} runs here already`;
    // Who goes on takes the claim, and its place with it; who ends here leaves that as ClaimTarget would.
    return person === null ? answered({ status: 'ignored', reason }, newerPlace(state, release)) : answered({ status: 'approved', at: circumstances.now, reason });
  }
  if (pending === null || !pending.waits || pending.execution === execution) return { decision: 'ask', supersedes: false };
  const renews = compareReleases(release, pending.release) > 0;
  if (pending.release.digest === release.digest) {
    return { ...answered({ status: 'ignored', reason: `already waits for approval in ${pending.execution}` }), renews };
  }
  return renews ? { decision: 'ask', supersedes: true } : answered(supersededByPending(pending.release));
}

/** What the release that waited is answered when a newer one takes its place, or a newer one waits already. */
export function supersededByPending({ tag, digest, releasedAt }: Release): ApprovalAnswer {
  return { status: 'superseded', reason: `superseded by the newer release ${tag} (${digest.slice(0, 19)}) of ${releasedAt}, which waits for approval` };
}

function answered(answer: ApprovalAnswer, change: TargetChange | null = null): AnswerAtOnce {
  return { decision: 'answer', answer, change, renews: false };
}

/** It succeeded last, and nothing else was begun since: nothing new would come of it. */
function isThere({ current, claim }: TargetState, { digest }: Release): boolean {
  return current?.release.digest === digest && (claim === null || claim.digest === digest);
}
