import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Claim } from '../../../src/domain/claim.ts';
import type { Release } from '../../../src/domain/release.ts';
import { type ListedImage, newestImage, sweepService, type SweptRelease } from '../../../src/domain/sweep.ts';
import { NEW_TARGET, type TargetState } from '../../../src/domain/target-state.ts';
import { aClaim, aDigest, aRelease } from '../../support/release.ts';
import { aService, anEnvironment } from '../../support/service.ts';

const SINCE = '2026-01-01T00:00:00.000Z';
const OLD = aRelease({ tag: '1.0.0', digest: aDigest('0'), releasedAt: '2026-01-01T10:00:00.000Z', imagePushedAt: '2026-01-01T10:00:00.000Z' });
const NEW = aRelease({ tag: '1.1.0', digest: aDigest('1'), releasedAt: '2026-01-01T11:00:00.000Z', imagePushedAt: '2026-01-01T11:00:00.000Z' });
const NEWER = aRelease({ tag: '1.2.0', digest: aDigest('2'), releasedAt: '2026-01-01T12:00:00.000Z', imagePushedAt: '2026-01-01T12:00:00.000Z' });

function anImage(overrides: Partial<ListedImage> = {}): ListedImage {
  return { digest: aDigest('1'), tags: ['1.1.0'], imagePushedAt: '2026-01-01T11:00:00.000Z', archived: false, ...overrides };
}

function claimOf({ releasedAt, imagePushedAt, digest, tag }: Release, execution: string | null = null): Claim {
  return aClaim({ releasedAt, imagePushedAt, digest, tag, execution });
}

function running(release: Release, state: Partial<TargetState> = {}): TargetState {
  return { ...NEW_TARGET, current: { release, execution: 'x', concludedAt: release.releasedAt }, claim: claimOf(release), ...state };
}

const hold = { by: 'me', reason: 'alarms', since: SINCE };
const waits = (release: Release) => ({ next: { release, since: '2026-01-01T11:30:00.000Z' } });
const bad = (release: Release) => ({ quarantine: [{ digest: release.digest, tag: release.tag, since: SINCE, cause: 'it crashed' }] });

/** What is started in one environment `dev`, as `trigger tag`. */
function sweep(state: TargetState, newest: SweptRelease | null = NEW, holderRuns = false): readonly string[] {
  const target = { key: { service: 'inference-service', environment: 'dev', target: 'eu' }, state, holderRuns };
  return sweepService({ service: aService(), since: SINCE, newest, targets: [target] }).map(({ request }) => `${request.trigger} ${request.tag}`);
}

describe('the newest image', () => {
  it('is the one that ECR received last, with a tag that the service deploys', () => {
    const older = anImage({ digest: aDigest('0'), tags: ['1.0.0'], imagePushedAt: '2026-01-01T10:00:00.000Z' });
    const { digest, imagePushedAt } = anImage();
    const newest = { tag: '1.1.0', digest, imagePushedAt, releasedAt: imagePushedAt };
    expect(newestImage([older, anImage({ tags: ['latest', '1.1.0'] })], aService(), SINCE)).toEqual(newest);
    expect(newestImage([anImage(), older], aService(), SINCE)).toEqual(newest);
  });

  it.each([
    ['is older than the service', { imagePushedAt: '2025-12-31T23:59:59.000Z' }],
    ['has ignored tags only', { tags: ['latest'] }],
    ['is archived', { archived: true }],
  ])('is none that %s', (_, overrides) => {
    expect(newestImage([anImage(overrides)], aService(), SINCE)).toBeNull();
    expect(newestImage([anImage(overrides), anImage({ digest: aDigest('0') })], aService(), SINCE)?.digest).toBe(aDigest('0'));
  });

  it('may be of the second in which the service was applied, since ECR tells no more', () => {
    expect(newestImage([anImage({ imagePushedAt: '2026-01-01T11:00:00.000Z' })], aService(), '2026-01-01T11:00:00.999Z')).not.toBeNull();
    expect(newestImage([anImage({ imagePushedAt: '2026-01-01T11:00:00.000Z' })], aService(), '2026-01-01T11:00:01.000Z')).toBeNull();
  });

  it('has the same tag in whatever order ECR lists them, so that two sweeps start one execution', () => {
    const [one, other] = [['b', 'a'], ['a', 'b']].map((tags) => newestImage([anImage({ tags })], aService(), SINCE));
    expect(one).toEqual(other);
  });
});

describe('a sweep starts', () => {
  it.each([
    ['a release that no event brought', running(OLD), NEW, ['sweep 1.1.0']],
    ['the first release of a target', NEW_TARGET, NEW, ['sweep 1.1.0']],
    ['what waits although nobody is left to start it', running(OLD, waits(NEW)), null, ['next 1.1.0']],
    ['what waits, for the same image in ECR', running(OLD, waits(NEW)), { ...NEW, releasedAt: '2026-01-01T11:00:01.000Z' }, ['next 1.1.0']],
    ['what waits, if it is newer than the newest image', running(OLD, waits(NEWER)), NEW, ['next 1.2.0']],
    ['the newest image, if it is newer than what waits', running(OLD, waits(NEW)), NEWER, ['sweep 1.2.0']],
    ['the newest image, if what waits is quarantined', running(OLD, { ...waits(NEW), ...bad(NEW) }), NEWER, ['sweep 1.2.0']],
    ['a release newer than one that failed', running(OLD, { claim: claimOf(NEW) }), NEWER, ['sweep 1.2.0']],
    ['a release after an execution that was killed with the claim of an older one', running(OLD, { claim: claimOf(NEW, 'killed') }), NEWER, ['sweep 1.2.0']],
  ])('%s', (_, state, newest, started) => {
    expect(sweep(state, newest)).toEqual(started);
  });
});

describe('a sweep leaves alone', () => {
  it.each([
    ['a target that has the newest image', running(NEW), NEW],
    ['a target with something newer', running(NEWER), NEW],
    ['a target that a person took back to an older image', running({ ...OLD, releasedAt: NEWER.releasedAt }), NEW],
    ['a held target', running(OLD, { hold }), NEW],
    ['a held target for which a release waits', running(OLD, { hold, ...waits(NEW) }), NEW],
    ['a quarantined digest', running(OLD, bad(NEW)), NEW],
    ['a quarantined digest that waits', running(OLD, { ...bad(NEW), ...waits(NEW) }), NEW],
    ['a release that failed: a redrive is a person’s', running(OLD, { claim: claimOf(NEW) }), NEW],
    ['a release whose execution was stopped by hand', running(OLD, { claim: claimOf(NEW, 'stopped') }), NEW],
    ['a repository without an image of its own', running(OLD), null],
  ])('%s', (_, state, newest) => {
    expect(sweep(state, newest)).toEqual([]);
  });

  it('a target whose holder runs, whatever it is that waits', () => {
    expect(sweep(running(OLD, { claim: claimOf(OLD, 'x'), ...waits(NEW) }), NEWER, true)).toEqual([]);
  });
});

describe('a lost promotion', () => {
  const environments = { dev: anEnvironment(), prod: anEnvironment({ after: 'dev' }) };

  function promote(dev: readonly TargetState[], prod: TargetState, newest: SweptRelease | null = null): readonly string[] {
    const targets = [...dev.map((state, index) => ['dev', `target-${index}`, state] as const), ['prod', 'eu', prod] as const];
    const swept = targets.map(([environment, target, state]) => ({ key: { service: 'inference-service', environment, target }, state, holderRuns: false }));
    return sweepService({ service: aService({ environments }), since: SINCE, newest, targets: swept }).map(({ request }) => `${request.trigger} ${request.tag} ${request.environment}`);
  }

  it('is started once every target before has the release, with the release’s own place in the order', () => {
    expect(promote([running(NEW), running(NEW)], running(OLD))).toEqual(['sweep 1.1.0 prod']);
    expect(promote([running(NEW), running(OLD)], running(OLD))).toEqual([]);
    expect(promote([running(NEW)], NEW_TARGET)).toEqual(['sweep 1.1.0 prod']);
  });

  it('is never the newest image, which the environment before has not had', () => {
    expect(promote([running(OLD)], running(OLD), NEW)).toEqual(['sweep 1.1.0 dev']);
  });

  it.each([
    ['the environment before is held', [running(NEW, { hold })], running(OLD)],
    ['the target has it', [running(NEW)], running(NEW)],
    ['the target has something newer', [running(NEW)], running(NEWER)],
    ['the target is held', [running(NEW)], running(OLD, { hold })],
    ['it is quarantined there', [running(NEW)], running(OLD, bad(NEW))],
    ['a person took the environment before back to an older image', [running({ ...OLD, releasedAt: NEWER.releasedAt })], running(NEW)],
    ['the release is older than the service, and the target never had one', [running({ ...OLD, imagePushedAt: '2025-12-31T23:59:59.000Z' })], NEW_TARGET],
    ['the environment before has nothing', [NEW_TARGET], running(OLD)],
  ])('is none when %s', (_, dev, prod) => {
    expect(promote(dev, prod)).toEqual([]);
  });
});

it('a sweep never starts what is older than what the target has or had', () => {
  const instant = fc.integer({ min: 0, max: 5 }).map((hour) => `2026-01-01T0${hour}:00:00.000Z`);
  const release = fc.record({ releasedAt: instant, imagePushedAt: instant, letter: fc.constantFrom('a', 'b', 'c') }).map(({ letter, ...instants }) => aRelease({ ...instants, digest: aDigest(letter), tag: letter }));
  fc.assert(
    fc.property(release, release, release, (current, claimed, newest) => {
      const state = running(current, { claim: claimOf(claimed) });
      const started = sweep(state, newest);
      fc.pre(started.length > 0);
      expect([current, claimed].every((other) => other.digest !== newest.digest && other.releasedAt <= newest.releasedAt)).toBe(true);
    }),
  );
});
