import { describe, expect, it } from 'vitest';
import { chooseRollback, type PastRelease } from '../../../src/domain/rollback-choice.ts';
import type { Commit, Outcome } from '../../../src/domain/deployment.ts';
import type { Release } from '../../../src/domain/release.ts';
import { NEW_TARGET, type Quarantined, type TargetState } from '../../../src/domain/target-state.ts';
import { aDigest, aRelease } from '../../support/release.ts';

const COMMIT: Commit = { revision: 'c0ffee', head: 'c0ffee', url: null, changes: [] };
const at = (minute: number): string => `2026-01-02T03:${String(minute).padStart(2, '0')}:00.000Z`;

/** Releases by the characters of their digests, so that `b` is 1.b. */
const release = (character: string): Release => aRelease({ tag: `1.${character}`, digest: aDigest(character) });
const past = (character: string, minute: number, outcome: Outcome = 'succeeded', rest: Partial<PastRelease['attempts'][number]> = {}): PastRelease => ({
  release: release(character),
  attempts: [{ outcome, commit: COMMIT, concludedAt: at(minute), rollback: null, ...rest }],
});
const current = (character: string, minute: number): TargetState['current'] => ({ release: release(character), execution: 'arn:old', concludedAt: at(minute) });
const quarantine = (...characters: readonly string[]): readonly Quarantined[] => characters.map((one) => ({ digest: aDigest(one), tag: `1.${one}`, since: at(0), cause: 'it crashed' }));
const claim = (character: string): NonNullable<TargetState['claim']> => {
  const { releasedAt, imagePushedAt, digest, tag } = release(character);
  return { releasedAt, imagePushedAt, digest, tag, committing: true, execution: 'arn:running', takenBy: 'arn:running', redrives: 0, generation: 7, claimedAt: at(30) };
};
const state = (overrides: Partial<TargetState>): TargetState => ({ ...NEW_TARGET, ...overrides });

/** `from → to`, or the reason why not. */
function chosen(target: Partial<TargetState>, history: readonly PastRelease[], tag?: string): string {
  const choice = chooseRollback(state(target), history, tag);
  return choice.choice === 'roll-back' ? `${choice.from.tag} → ${choice.to.tag}` : choice.reason;
}

describe('chooseRollback', () => {
  const threeReleases = [past('c', 3), past('b', 2), past('a', 1)];

  it('goes back to the last release that succeeded before the current one', () => {
    expect(chosen({ current: current('c', 3) }, threeReleases)).toBe('1.c → 1.b');
  });

  it('goes by when a release succeeded, in whatever order the history comes', () => {
    expect(chosen({ current: current('c', 3) }, threeReleases.toReversed())).toBe('1.c → 1.b');
  });

  it('passes over the current digest under other tags, and over what never succeeded', () => {
    const again = { ...past('c', 2), release: { ...release('c'), tag: 'stable' } };
    expect(chosen({ current: current('c', 4) }, [past('c', 4), past('b', 3, 'failed', { commit: null }), again, past('a', 1)])).toBe('1.c → 1.a');
  });

  it('passes over releases in quarantine', () => {
    expect(chosen({ current: current('c', 3), quarantine: quarantine('b') }, threeReleases)).toBe('1.c → 1.a');
  });

  it.each<Outcome>(['failed', 'errored'])('brings the current release back where a newer one %s and was left there', (outcome) => {
    expect(chosen({ current: current('b', 2) }, [past('c', 3, outcome), past('b', 2), past('a', 1)])).toBe('1.c → 1.b');
  });

  it('brings the current release back while a newer one is being deployed', () => {
    expect(chosen({ current: current('b', 2), claim: claim('c') }, [past('b', 2), past('a', 1)])).toBe('1.c → 1.b');
  });

  it('goes back behind the current release where the newer one was rolled back, or never reached the branch', () => {
    const rolledBack = past('c', 3, 'rolled-back', { rollback: { tag: '1.b', digest: aDigest('b') } });
    expect(chosen({ current: current('b', 2), quarantine: quarantine('c') }, [rolledBack, past('b', 2), past('a', 1)])).toBe('1.b → 1.a');
    expect(chosen({ current: current('b', 2) }, [past('c', 3, 'errored', { commit: null }), past('b', 2), past('a', 1)])).toBe('1.b → 1.a');
  });

  it('goes one release further back after a rollback by hand: what it left is in quarantine', () => {
    expect(chosen({ current: current('b', 5), quarantine: quarantine('c') }, [past('b', 5), ...threeReleases])).toBe('1.b → 1.a');
  });

  it('does not go further back while a rollback by hand is under way', () => {
    expect(chosen({ current: current('c', 3), quarantine: quarantine('c'), claim: claim('b') }, threeReleases)).toBe('is being taken back to 1.b already by arn:running');
  });

  it('does not go further back while the current release is coming back in the place of one that failed', () => {
    const [left] = quarantine('c');
    const target = { current: current('b', 2), claim: claim('b'), quarantine: left === undefined ? [] : [{ ...left, since: claim('b').claimedAt }] };
    expect(chosen(target, [past('c', 3, 'failed'), past('b', 2), past('a', 1)])).toBe('is being taken back to 1.b already by arn:running');
  });

  it('takes over from a deployment that is being rolled back by itself', () => {
    expect(chosen({ current: current('b', 2), claim: claim('c'), quarantine: quarantine('c') }, [past('b', 2), past('a', 1)])).toBe('1.c → 1.b');
  });

  it.each([
    ['no release was ever deployed', {}, [], 'has nothing to roll back: no release was deployed there'],
    ['the first release failed', {}, [past('a', 1, 'failed')], 'has nothing to go back to from 1.a: no other release that is not in quarantine has succeeded there'],
    ['only one release has succeeded', { current: current('a', 1) }, [past('a', 1)], 'has nothing to go back to from 1.a: no other release that is not in quarantine has succeeded there'],
  ])('has nothing to go back to where %s', (_, target, history, reason) => {
    expect(chosen(target, history)).toBe(reason);
  });

  it('takes a tag at its word, even one in quarantine', () => {
    expect(chosen({ current: current('c', 3), quarantine: quarantine('a') }, threeReleases, '1.a')).toBe('1.c → 1.a');
  });

  it('takes the newest release that succeeded with a tag', () => {
    const moved = { ...past('b', 2), release: { ...release('b'), tag: 'stable' } };
    const before = { ...past('a', 1), release: { ...release('a'), tag: 'stable' } };
    expect(chooseRollback(state({ current: current('c', 3) }), [before, moved, past('c', 3)], 'stable')).toMatchObject({ to: { digest: aDigest('b') } });
  });

  it('refuses a tag that never succeeded there, and the one that is there', () => {
    expect(chosen({ current: current('b', 2) }, [past('c', 3, 'failed', { commit: null }), past('b', 2)], '1.c')).toBe("can't go back to 1.c: no release of that tag has succeeded there");
    expect(chosen({ current: current('c', 3) }, threeReleases, '1.c')).toBe('is at 1.c already');
  });
});
