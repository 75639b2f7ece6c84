import { targetName, type TargetKey } from './deployment.ts';
import { compareReleases, type Release } from './release.ts';
import type { TargetState } from './target-state.ts';

/** A target and its item. */
export type TargetInState = { readonly key: TargetKey; readonly state: TargetState };

export type Promotable =
  | { readonly release: Release; readonly reason: null }
  | { readonly release: null; readonly reason: string };

/**
 * What an environment hands on to those after it: the release that every one of its targets runs. While a target is held nothing is
 * handed on: a person stopped it there, often because what it runs is not to go further.
 *
 * @param targets all of the environment
 * @param digest the one that is asked for; without it, whatever the targets have in common
 */
export function promotable(targets: readonly TargetInState[], digest = targets[0]?.state.current?.release.digest): Promotable {
  const without = targets.find(({ state }) => state.current === null || state.current.release.digest !== digest);
  if (without !== undefined) return { release: null, reason: `${placeOf(without.key)} does not have it yet` };
  const held = targets.find(({ state }) => state.hold !== null);
  if (held !== undefined) return { release: null, reason: `${placeOf(held.key)} is held by ${held.state.hold?.by}: ${held.state.hold?.reason}` };
  // One digest may have been released under several tags: the newest stands for all, whichever target is asked.
  const releases = targets.flatMap(({ state }) => (state.current === null ? [] : [state.current.release]));
  const [release] = releases.toSorted((a, b) => compareReleases(b, a));
  return release === undefined ? { release: null, reason: 'it has no targets' } : { release, reason: null };
}

/** Whether a release that comes without a person's word is there already, so that nothing is left to do. */
export function runsAlready({ current }: Pick<TargetState, 'current'>, { digest }: Pick<Release, 'digest'>): boolean {
  return current?.release.digest === digest;
}

function placeOf(key: TargetKey): string {
  return targetName(key).slice(key.service.length + 1);
}
