import type { Deployment, RequestByHand } from './deployment.ts';
import { elapsed, type Instant } from './instant.ts';
import { compareReleases, type Release, type ReleaseOrder } from './release.ts';
import type { OrderPolicy } from './service.ts';
import { type Hold, quarantined, type Quarantined, type TargetChange, type TargetState, type Waiting } from './target-state.ts';

/** The right of one execution to write to one target. */
export type Claim = ReleaseOrder & {
  readonly tag: string;
  /** Set in the write that proves the claim before the commit, needed or not: from then on only `interrupt` or a person ends it early. */
  readonly committing: boolean;
  /** Execution that holds it; null once given back. The rest stays, so that nothing older is deployed after it. */
  readonly execution: string | null;
  /** Execution that took it last, whether it still holds it or not, and in which pass. */
  readonly takenBy: string;
  readonly redrives: number;
  /** Grows by one with each acquisition; whoever has an older one may not write. */
  readonly generation: number;
  readonly claimedAt: Instant;
  /** What had the target since the last success there, newest first, without this release; kept when the claim is taken again. */
  readonly interrupts?: readonly Pick<Release, 'tag' | 'digest'>[];
};

export type Claimant = {
  readonly execution: string;
  readonly redrives: number;
  readonly release: Release;
  /** When a person last spoke for the release: by redriving this execution, or by asking for it. Null where nobody did. */
  readonly person: Instant | null;
  /** Set where a person asked for the release. */
  readonly request?: RequestByHand | undefined;
};

/** What decides besides the target's item and the claimant. */
export type ClaimCircumstances = {
  /** Whether the execution that holds the claim is still running; not looked at when nobody else holds it. */
  readonly holderRuns: boolean;
  readonly order: OrderPolicy;
  readonly now: Instant;
};

export type ClaimDecision =
  /** The change is one write: the claim, and all that goes with taking it. */
  | { readonly decision: 'take'; readonly change: TargetChange & { readonly claim: Claim } }
  /** The claim stays where it is. The change, where there is one, is what the target remembers of this release. */
  | { readonly decision: 'superseded' | 'ignored'; readonly cause: string; readonly change: TargetChange | null };

/** How many releases without success a claim remembers; the oldest go first. */
const INTERRUPTS_LIMIT = 5;

type NotTaken = Exclude<ClaimDecision, { readonly decision: 'take' }>;

type Case = {
  readonly state: TargetState;
  readonly claimant: Claimant;
  /** The claim, where another execution that runs has it. */
  readonly holder: (Claim & { readonly execution: string }) | null;
  readonly order: OrderPolicy;
  readonly now: Instant;
};

/**
 * Who may write to the target: the newest release, unless a person said otherwise. A claim keeps its place in the order when it is
 * given back, so an execution that is started again or redriven later can't deploy backwards, not even over a newer release that
 * failed. A person's word goes through quarantines, holds and deployments under way; nothing goes through a newer release.
 */
export function decideClaim(state: TargetState, claimant: Claimant, { holderRuns, order, now }: ClaimCircumstances): ClaimDecision {
  const asked: Case = { state, claimant, holder: holderRuns ? otherHolder(state, claimant) : null, order, now };
  return ownClaim(asked) ?? alreadyUnderWay(asked) ?? outdated(asked) ?? inQuarantine(asked) ?? onHold(asked) ?? behindHolder(asked) ?? take(asked);
}

function otherHolder({ claim }: TargetState, { execution: own }: Claimant): Case['holder'] {
  if (claim === null || claim.execution === null || claim.execution === own) return null;
  return { ...claim, execution: claim.execution };
}

/**
 * Asked again after a lost answer, an execution gets the claim that it has. An invocation that outlived its execution's stop is refused
 * once that was redriven: it would take the claim from the pass that goes on, or, after that has given it back, leave it with nobody to
 * do so again. Nobody hears its answer.
 */
function ownClaim({ state: { claim }, claimant: { execution, redrives } }: Case): ClaimDecision | null {
  if (claim === null || claim.takenBy !== execution || claim.redrives < redrives) return null;
  if (claim.redrives === redrives && claim.execution === execution) return { decision: 'take', change: { claim } };
  return { decision: 'ignored', cause: `${execution} has gone on since`, change: null };
}

/** The holder's claim takes the newer place: what was released between the two is not to come after them. */
function alreadyUnderWay({ state, claimant: { release }, holder }: Case): NotTaken | null {
  if (holder?.digest !== release.digest) return null;
  const cause = `already being deployed by ${holder.execution}`;
  return { decision: 'ignored', cause, change: newerPlace(state, release) };
}

/** The claim's digest was released again: the claim moves on in the order, whoever has it. Null where it is as new already. */
export function newerPlace(state: TargetState, release: Release): TargetChange | null {
  const { claim } = state;
  if (claim?.digest !== release.digest || compareReleases(release, claim) <= 0) return null;
  const { releasedAt, imagePushedAt } = release;
  return { claim: { ...claim, releasedAt, imagePushedAt }, ...withoutOlderNext(state, release) };
}

function outdated({ state: { claim, current }, claimant: { release } }: Case): NotTaken | null {
  const newer = [claim, current?.release ?? null].find((other) => other !== null && other.digest !== release.digest && compareReleases(other, release) > 0);
  return newer === undefined || newer === null ? null : { decision: 'superseded', cause: supersededBy(newer), change: null };
}

function inQuarantine({ state, claimant: { release, person } }: Case): NotTaken | null {
  const entry = state.quarantine.find(({ digest }) => digest === release.digest);
  if (entry === undefined || (person !== null && Date.parse(person) > Date.parse(entry.since))) return null;
  const cause = `${release.tag} is quarantined here since ${entry.since}: ${entry.cause}; \`slipway deploy\` lifts that`;
  return { decision: 'ignored', cause, change: null };
}

/** The current digest waits too where it was released again, since a person may deploy another meanwhile. */
function onHold({ state, claimant: { release, person }, now }: Case): NotTaken | null {
  const { hold, claim, current } = state;
  if (hold === null || person !== null) return null;
  const cause = `held by ${hold.by} since ${hold.since}: ${hold.reason}; \`slipway resume\` lifts it`;
  const isThere = current?.release.digest === release.digest && claim?.digest === release.digest && compareReleases(release, claim) <= 0;
  return isThere ? { decision: 'ignored', cause, change: null } : waiting(state, release, { cause, now });
}

/** Of another release, and an older one: a newer one has been respected by now. */
function behindHolder({ state, claimant: { release, person }, holder, order, now }: Case): NotTaken | null {
  if (holder === null || person !== null) return null;
  if (order.policy === 'supersede' && (order.interrupt || !holder.committing)) return null;
  return waiting(state, release, { cause: `waits for ${holder.execution}, which deploys ${holder.tag}; it is started when that ends`, now });
}

/** Only the newest waits. Each time that it comes to wait is told apart by `since`, since it is started once for each. */
function waiting({ next }: TargetState, release: Release, { cause, now }: { readonly cause: string; readonly now: Instant }): NotTaken {
  if (next === null || compareReleases(next.release, release) <= 0) return { decision: 'ignored', cause, change: { next: { release, since: now } } };
  if (next.release.digest === release.digest) return { decision: 'ignored', cause, change: null };
  return { decision: 'superseded', cause: `${supersededBy(next.release)}, which waits here`, change: null };
}

function take({ state, claimant, now }: Case): ClaimDecision {
  const { execution, redrives, release } = claimant;
  const { claim } = state;
  const { releasedAt, imagePushedAt, digest } = newerOf(claim, release);
  const interrupts = interrupted(state, release);
  const taken: Claim = {
    ...{ releasedAt, imagePushedAt, digest, tag: release.tag, committing: false, execution, takenBy: execution, redrives },
    generation: (claim?.generation ?? 0) + 1,
    claimedAt: now,
    ...(interrupts.length > 0 && { interrupts }),
  };
  const quarantine = quarantineAfter(state, claimant, now);
  const hold = holdAfter(state, claimant, now);
  return {
    decision: 'take',
    change: { claim: taken, ...withoutOlderNext(state, release), ...(quarantine !== state.quarantine && { quarantine }), ...(hold !== state.hold && { hold }) },
  };
}

/** The claim never goes back in time: the same digest, deployed again with an older event, keeps its place in the order. */
function newerOf(claim: Claim | null, release: Release): ReleaseOrder {
  return claim !== null && claim.digest === release.digest && compareReleases(claim, release) > 0 ? claim : release;
}

function withoutOlderNext({ next }: TargetState, release: Release): Pick<TargetChange, 'next'> {
  return next !== null && compareReleases(next.release, release) <= 0 ? { next: null } : {};
}

/**
 * What had the target and has not succeeded there; a redrive finds the same as the pass before it. Several, since one that ended early
 * may have left the operation of the one before it to hang.
 */
function interrupted({ claim, current }: TargetState, { digest }: Release): NonNullable<Claim['interrupts']> {
  if (claim === null || (claim.digest === current?.release.digest && elapsed(claim.claimedAt, current.concludedAt) >= 0)) return [];
  const before = [{ tag: claim.tag, digest: claim.digest }, ...(claim.interrupts ?? []).filter((one) => one.digest !== claim.digest)];
  return before.filter((one) => one.digest !== digest).slice(0, INTERRUPTS_LIMIT);
}

/** Whoever takes the claim has a person's word for its digest, where that was in quarantine. A rollback by hand leaves the bad release there. */
function quarantineAfter(state: TargetState, { release, request }: Claimant, now: Instant): readonly Quarantined[] {
  const isListed = state.quarantine.some(({ digest }) => digest === release.digest);
  const lifted = isListed ? state.quarantine.filter(({ digest }) => digest !== release.digest) : state.quarantine;
  const bad = request?.rollback === true ? releaseLeft(state, release) : undefined;
  if (request === undefined || bad === undefined) return lifted;
  return quarantined(lifted, { digest: bad.digest, tag: bad.tag, since: now, cause: `rolled back by ${request.by}: ${request.reason}` });
}

/** What a rollback by hand goes back from: the current release, or, when it goes back to that, the one that was being deployed over it. */
function releaseLeft({ claim, current }: TargetState, { digest }: Release): { readonly tag: string; readonly digest: string } | undefined {
  return [current?.release, claim].find((one) => one !== null && one !== undefined && one.digest !== digest) ?? undefined;
}

/** A person who takes the target back means it to stay there. A hold that is there already keeps its own reason. */
function holdAfter({ hold, current }: TargetState, { release, request }: Claimant, now: Instant): Hold | null {
  if (hold !== null || request === undefined) return hold;
  const goesBack = request.rollback === true || isOlderImage(release, current?.release);
  return goesBack ? { reason: request.reason, by: request.by, since: now } : null;
}

function isOlderImage(release: Release, current: Release | undefined): boolean {
  return current !== undefined && current.digest !== release.digest && Date.parse(release.imagePushedAt) < Date.parse(current.imagePushedAt);
}

function supersededBy({ tag, digest, releasedAt }: ReleaseOrder & { readonly tag: string }): string {
  return `superseded by the newer release ${tag} (${digest.slice(0, 19)}) of ${releasedAt}`;
}

/** The release that is to be started once the deployment that had this claim has given it back; null where none waits, or it may not. */
export function startableNext({ claim, next, hold }: TargetState, generation: number): Waiting | null {
  return claim?.generation === generation && claim.execution === null && hold === null ? next : null;
}

/** Cause of a deployment that lost its claim on the way. */
export const CLAIM_LOST = 'superseded: the claim of the target went to another execution';

/** Proof of the right to write: the claim is still this execution's, and from its latest acquisition. */
export function holdsClaim(state: TargetState, execution: string, deployment: Deployment): state is TargetState & { readonly claim: Claim } {
  return state.claim !== null && state.claim.execution === execution && state.claim.generation === deployment.claim?.generation;
}
