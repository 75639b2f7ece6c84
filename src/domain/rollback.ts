import { type Deployment, goalOf, type Marks } from './deployment.ts';
import type { Instant } from './instant.ts';
import type { Release } from './release.ts';
import type { Environment } from './service.ts';
import type { TargetState } from './target-state.ts';

/** A deployment that has come as far as its commit, so that there is something to take back. */
export type Committed = Deployment & Required<Pick<Deployment, 'claim' | 'commit'>>;

export type RollbackDecision =
  | { readonly decision: 'roll-back'; readonly deployment: Committed; readonly to: Release }
  /** The failure stands. `why` is null where nobody asked for a rollback, or nothing was written. */
  | { readonly decision: 'stand'; readonly why: string | null };

const STAND: RollbackDecision = { decision: 'stand', why: null };

/**
 * Whether a failed deployment is rolled back, and to what: the release that succeeded last on the target. A rollback that a person
 * asked for is not turned round again: its way back would be the release that the person took away.
 */
export function decideRollback(deployment: Deployment, policy: Environment['rollback'], { current, quarantine }: TargetState): RollbackDecision {
  const { claim, commit, release, request } = deployment;
  if (policy === 'manual' || request?.rollback === true || claim === undefined || commit === undefined) return STAND;
  if (current === null) return nothingToRollBackTo('no release has succeeded here');
  const to = current.release;
  if (to.digest === release.digest) return nothingToRollBackTo(`${to.tag} itself is what succeeded here last`);
  const quarantined = quarantine.find(({ digest }) => digest === to.digest);
  if (quarantined !== undefined) return nothingToRollBackTo(`${to.tag} is quarantined here since ${quarantined.since}: ${quarantined.cause}`);
  return { decision: 'roll-back', deployment: { ...deployment, claim, commit }, to };
}

function nothingToRollBackTo(why: string): RollbackDecision {
  return { decision: 'stand', why: `nothing to roll back to: ${why}` };
}

/** The deployment on its way back: how far the failed release had come is set aside, and all that follows the claim begins anew. */
export function turnedRound(deployment: Committed, to: Release, failedAt: Instant): Deployment {
  const { commit, marks, reported = {}, pods = [], operationRevision: _seen, syncRequested: _asked, watchingSince: _watched, ...kept } = deployment;
  return { ...kept, marks: marksBeforeCommit(marks), rollback: { release: to, failedAt, marks, reported, commit, pods } };
}

function marksBeforeCommit(marks: Marks): Marks {
  const { committed: _1, operationStarted: _2, applied: _3, ready: _4, noticed: _5, verified: _6, ...before } = marks;
  return before;
}

/** The cause of a deployment that ends now: the first one stays, and on the way back what befell that is added. */
export function causeOfEnd(deployment: Deployment, end: 'failed' | 'superseded', found: string): string {
  const { cause, rollback } = deployment;
  if (rollback === undefined) return cause ?? found;
  return withReason(deployment, `the rollback to ${goalOf(deployment).tag} ${end === 'failed' ? 'failed too' : 'ended'}: ${found}`);
}

/** The first cause with what became of the rollback. */
export function withReason(deployment: Deployment, reason: string): string {
  return `${firstCause(deployment)}; ${reason}`;
}

/** Why the release failed, in one line. */
export function firstCause({ cause = 'the release failed' }: Deployment): string {
  return cause;
}

/** Releases that this deployment takes the place of: an operation that brings only one of them is ours to terminate. */
export function replacedReleases({ release, rollback, interrupts = [] }: Deployment): readonly Release[] {
  const failed = rollback === undefined ? [] : [release];
  return [...failed, ...interrupts.map(({ tag, digest }) => ({ ...release, tag, digest, digests: [digest] }))];
}
