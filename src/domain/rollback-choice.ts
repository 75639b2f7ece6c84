import type { Commit, Outcome } from './deployment.ts';
import type { Instant } from './instant.ts';
import type { Release } from './release.ts';
import type { TargetState } from './target-state.ts';

/** What a target remembers of one release: how each attempt to deploy it ended. */
export type PastRelease = { readonly release: Release; readonly attempts: readonly PastAttempt[] };

type PastAttempt = {
  readonly outcome: Outcome;
  /** Null where the branch was not looked at. */
  readonly commit: Commit | null;
  readonly concludedAt: Instant;
  readonly rollback: ReleaseName | null;
};

export type ReleaseName = { readonly tag: string; readonly digest: string };

export type RollbackChoice =
  | {
      readonly choice: 'roll-back';
      /** What the values files name now, as far as Slipway wrote them. */
      readonly from: ReleaseName;
      readonly to: Release;
    }
  | {
      readonly choice: 'nothing';
      /** Completes a sentence that begins with the target's name. */
      readonly reason: string;
    };

/**
 * Which release a rollback by hand brings back: the last that succeeded on the target, has another digest than what its values files
 * name now, and is not in quarantine. A release that failed and was left there is not the current one, so that the current one is what
 * comes back. With `tag`: the release of that tag that succeeded last; a person may name one that is in quarantine.
 *
 * @param history releases of the target in any order; the current one is known without it
 */
export function chooseRollback(state: TargetState, history: readonly PastRelease[], tag?: string): RollbackChoice {
  const succeeded = succeededReleases(state, history);
  const from = releaseInPlace(state, history);
  if (from === null) return { choice: 'nothing', reason: 'has nothing to roll back: no release was deployed there' };
  if (tag !== undefined) return chooseTag(succeeded, from, tag);
  if (isBeingRolledBack(state)) return { choice: 'nothing', reason: `is being taken back to ${from.tag} already by ${state.claim?.execution}` };
  const to = succeeded.find(({ digest }) => digest !== from.digest && !state.quarantine.some((entry) => entry.digest === digest));
  if (to !== undefined) return { choice: 'roll-back', from, to };
  return { choice: 'nothing', reason: `has nothing to go back to from ${from.tag}: no other release that is not in quarantine has succeeded there` };
}

function chooseTag(succeeded: readonly Release[], from: ReleaseName, tag: string): RollbackChoice {
  const to = succeeded.find((release) => release.tag === tag);
  if (to === undefined) return { choice: 'nothing', reason: `can't go back to ${tag}: no release of that tag has succeeded there` };
  if (to.digest === from.digest) return { choice: 'nothing', reason: `is at ${tag} already` };
  return { choice: 'roll-back', from, to };
}

/** A rollback by hand quarantines what it leaves in the write that takes the claim: asked a second time, it must not go back one release more. */
function isBeingRolledBack({ claim, current, quarantine }: TargetState): boolean {
  if (claim === null || claim.execution === null) return false;
  return quarantine.some(({ digest, since }) => digest !== claim.digest && (digest === current?.release.digest || since === claim.claimedAt));
}

/** Last success first. */
function succeededReleases({ current }: TargetState, history: readonly PastRelease[]): readonly Release[] {
  const successes = history.flatMap(({ release, attempts }) =>
    attempts.filter(({ outcome }) => outcome === 'succeeded').map(({ concludedAt }) => ({ release, concludedAt })),
  );
  const all = current === null ? successes : [current, ...successes];
  return all.toSorted((a, b) => Date.parse(b.concludedAt) - Date.parse(a.concludedAt)).map(({ release }) => release);
}

/** The release that is being deployed, else what the last attempt left that came as far as the branch, else the current one. */
function releaseInPlace({ claim, current }: TargetState, history: readonly PastRelease[]): ReleaseName | null {
  if (claim !== null && claim.execution !== null) return { tag: claim.tag, digest: claim.digest };
  const left = history
    .flatMap(({ release, attempts }) => attempts.filter(({ commit }) => commit !== null).map(({ rollback, concludedAt }) => ({ name: rollback ?? release, concludedAt })))
    .toSorted((a, b) => Date.parse(b.concludedAt) - Date.parse(a.concludedAt))[0];
  const inPlace = left?.name ?? current?.release;
  return inPlace === undefined ? null : { tag: inPlace.tag, digest: inPlace.digest };
}
