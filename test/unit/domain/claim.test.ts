import { describe, expect, it } from 'vitest';
import { type Claimant, type ClaimCircumstances, decideClaim, holdsClaim, startableNext } from '../../../src/domain/claim.ts';
import type { RequestByHand } from '../../../src/domain/deployment.ts';
import { DEFAULT_ORDER } from '../../../src/domain/service.ts';
import { type CurrentRelease, NEW_TARGET, type Quarantined, type TargetState, type Waiting } from '../../../src/domain/target-state.ts';
import { aClaim, aDeployment, aDigest, aRelease } from '../../support/release.ts';

const NOW = '2026-01-02T04:00:00.000Z';
const OLDER = '2026-01-02T03:00:00.000Z';
const NEWER = '2026-01-02T03:30:00.000Z';
const HOLD = { by: 'B', reason: 'the fair', since: OLDER };
const QUEUE = { policy: 'queue', interrupt: false } as const;
const INTERRUPT = { policy: 'supersede', interrupt: true } as const;

/** Another execution's claim of an older release. */
function othersClaim(overrides: Parameters<typeof aClaim>[0] = {}) {
  return aClaim({ execution: 'other', generation: 4, digest: aDigest('b'), tag: '1.0.0', releasedAt: OLDER, imagePushedAt: OLDER, ...overrides });
}

function current(overrides: Parameters<typeof aRelease>[0] = {}): CurrentRelease {
  return { release: aRelease({ digest: aDigest('c'), tag: '0.9.0', releasedAt: OLDER, imagePushedAt: OLDER, ...overrides }), execution: 'x', concludedAt: OLDER };
}

function waits(overrides: Parameters<typeof aRelease>[0] = {}): Waiting {
  return { release: aRelease({ digest: aDigest('d'), tag: '1.2.0', ...overrides }), since: OLDER };
}

function byHand(overrides: Partial<RequestByHand> = {}): Partial<Claimant> {
  return { person: NOW, request: { by: 'B', reason: 'it leaks', at: NOW, ...overrides } };
}

/** What is decided for a release of 03:04:05, which came by itself, while whoever holds the claim runs. */
function decide(state: Partial<TargetState>, claimant: Partial<Claimant> = {}, circumstances: Partial<ClaimCircumstances> = {}) {
  const me = { execution: 'me', redrives: 1, release: aRelease(), person: null, ...claimant };
  return decideClaim({ ...NEW_TARGET, ...state }, me, { holderRuns: true, order: DEFAULT_ORDER, now: NOW, ...circumstances });
}

const taken = { decision: 'take' };
const superseded = { decision: 'superseded', change: null };

describe('decideClaim', () => {
  it('takes a target that nobody ever claimed, as generation 1', () => {
    expect(decide({})).toEqual({ decision: 'take', change: { claim: aClaim({ execution: 'me', redrives: 1, claimedAt: NOW }) } });
  });

  it('takes over from an older release, even while its execution runs, with the next generation', () => {
    expect(decide({ claim: othersClaim() })).toMatchObject({ decision: 'take', change: { claim: { execution: 'me', generation: 5 } } });
  });

  it('takes the same digest over from an execution that no longer runs', () => {
    expect(decide({ claim: othersClaim({ digest: aDigest() }) }, {}, { holderRuns: false })).toMatchObject(taken);
  });

  it('takes its own claim again after a redrive, with a new generation', () => {
    expect(decide({ claim: othersClaim({ digest: aDigest(), execution: 'me' }) })).toMatchObject({ decision: 'take', change: { claim: { generation: 5, redrives: 1 } } });
  });

  it('keeps the claim that it has when it asks again after a lost answer, whatever became of the target since', () => {
    const claim = aClaim({ execution: 'me', redrives: 1, committing: true });
    expect(decide({ claim, hold: HOLD, current: current({ releasedAt: NEWER }) })).toEqual({ decision: 'take', change: { claim } });
  });

  it.each([
    ['that a redrive began', aClaim({ execution: 'me', redrives: 2 })],
    ['that a redrive began, and that has given it back', aClaim({ execution: null, takenBy: 'me', redrives: 2 })],
    ['that has given it back', aClaim({ execution: null, takenBy: 'me', redrives: 1 })],
  ])('leaves the claim to the pass %s, when it outlived its own', (_, claim) => {
    expect(decide({ claim })).toEqual({ decision: 'ignored', cause: 'me has gone on since', change: null });
  });

  it('takes the claim that the pass before a redrive has given back', () => {
    expect(decide({ claim: aClaim({ execution: null, takenBy: 'me', redrives: 0 }) })).toMatchObject({ decision: 'take', change: { claim: { generation: 2, redrives: 1 } } });
  });

  it('runs on when the same digest is current already, whatever the order', () => {
    expect(decide({ current: current({ digest: aDigest(), releasedAt: NEWER }) })).toMatchObject(taken);
  });

  it('keeps the place in the order that a digest has when an older event deploys it again', () => {
    expect(decide({ claim: othersClaim({ digest: aDigest(), releasedAt: NEWER, execution: null }) })).toMatchObject({ decision: 'take', change: { claim: { releasedAt: NEWER } } });
  });
});

describe('decideClaim for a digest that another execution deploys', () => {
  it('is ignored, naming that execution', () => {
    expect(decide({ claim: othersClaim({ digest: aDigest(), releasedAt: NEWER }) })).toEqual({ decision: 'ignored', cause: 'already being deployed by other', change: null });
  });

  it("is ignored for a person too: there is nothing to add", () => {
    expect(decide({ claim: othersClaim({ digest: aDigest() }) }, byHand())).toMatchObject({ decision: 'ignored' });
  });

  it('moves the place of that claim when it is the newer release, so that nothing between the two is deployed after them', () => {
    const claim = othersClaim({ digest: aDigest(), committing: true });
    const { releasedAt, imagePushedAt } = aRelease();
    expect(decide({ claim, next: waits({ releasedAt: OLDER }) })).toMatchObject({ decision: 'ignored', change: { claim: { ...claim, releasedAt, imagePushedAt }, next: null } });
    expect(decide({ claim, next: waits({ releasedAt: NEWER }) }).change).toEqual({ claim: { ...claim, releasedAt, imagePushedAt } });
  });
});

describe('decideClaim for a release that is older', () => {
  const newer = `superseded by the newer release 1.0.0 (${aDigest('b').slice(0, 19)}) of ${NEWER}`;

  it('is superseded by one that is being deployed', () => {
    expect(decide({ claim: othersClaim({ releasedAt: NEWER }) })).toEqual({ ...superseded, cause: newer });
  });

  it('is superseded by one whose claim was given back, so that nothing is deployed backwards', () => {
    expect(decide({ claim: othersClaim({ releasedAt: NEWER, execution: null }) })).toMatchObject(superseded);
  });

  it('is superseded by the current one', () => {
    expect(decide({ claim: othersClaim(), current: current({ releasedAt: NEWER }) })).toMatchObject({ ...superseded, cause: expect.stringContaining('0.9.0') as string });
  });

  it("is superseded although a person redrove it: an older release is asked for anew", () => {
    expect(decide({ claim: othersClaim({ releasedAt: NEWER }) }, { person: NOW })).toMatchObject(superseded);
  });
});

describe('decideClaim for a digest in quarantine', () => {
  const entry: Quarantined = { digest: aDigest(), tag: '1.1.0', since: NEWER, cause: 'pod web: OOMKilled' };
  const other: Quarantined = { ...entry, digest: aDigest('e') };

  it.each([
    ['nobody asked for it', null],
    ['a person asked for it before it failed', OLDER],
    ['a person asked for it in that very instant', NEWER],
  ])('is ignored, with the cause, where %s', (_, person) => {
    const cause = `1.1.0 is quarantined here since ${NEWER}: pod web: OOMKilled; \`slipway deploy\` lifts that`;
    expect(decide({ quarantine: [entry] }, { person })).toEqual({ decision: 'ignored', cause, change: null });
  });

  it('takes it, out of quarantine, when a person asked since', () => {
    expect(decide({ quarantine: [other, entry] }, { person: NOW })).toMatchObject({ decision: 'take', change: { quarantine: [other] } });
  });

  it('leaves the quarantine of other digests as it is', () => {
    expect(decide({ quarantine: [other] }).change).not.toHaveProperty('quarantine');
  });
});

describe('decideClaim under a hold', () => {
  const held = `held by B since ${OLDER}: the fair; \`slipway resume\` lifts it`;

  it('waits as the next release', () => {
    expect(decide({ hold: HOLD })).toEqual({ decision: 'ignored', cause: held, change: { next: { release: aRelease(), since: NOW } } });
  });

  it('takes the place of an older release that waits', () => {
    expect(decide({ hold: HOLD, next: waits({ releasedAt: OLDER }) }).change).toEqual({ next: { release: aRelease(), since: NOW } });
  });

  it('is superseded by a newer one that waits', () => {
    const cause = `superseded by the newer release 1.2.0 (${aDigest('d').slice(0, 19)}) of ${NEWER}, which waits here`;
    expect(decide({ hold: HOLD, next: waits({ releasedAt: NEWER }) })).toEqual({ ...superseded, cause });
  });

  it('leaves its own digest waiting with the newer place that it has', () => {
    expect(decide({ hold: HOLD, next: waits({ digest: aDigest(), releasedAt: NEWER }) })).toEqual({ decision: 'ignored', cause: held, change: null });
  });

  it('does not let the current release wait when its event comes again', () => {
    const claim = aClaim({ execution: null });
    expect(decide({ hold: HOLD, current: current({ digest: aDigest() }), claim })).toEqual({ decision: 'ignored', cause: held, change: null });
  });

  it.each([
    ['it was released again since, and a person may deploy another', othersClaim({ digest: aDigest(), execution: null })],
    ['another was deployed over it without success', othersClaim({ execution: null })],
  ])('lets the current digest wait where %s', (_, claim) => {
    expect(decide({ hold: HOLD, current: current({ digest: aDigest() }), claim }).change).toEqual({ next: { release: aRelease(), since: NOW } });
  });

  it("takes the target at a person's word, and leaves the hold", () => {
    expect(decide({ hold: HOLD }, { person: NOW })).toMatchObject(taken);
    expect(decide({ hold: HOLD }, { person: NOW }).change).not.toHaveProperty('hold');
  });

});

describe('decideClaim behind a deployment under way', () => {
  const behind = { decision: 'ignored', cause: 'waits for other, which deploys 1.0.0; it is started when that ends', change: { next: { release: aRelease(), since: NOW } } };

  it.each([
    ['queue, before the commit', QUEUE, false],
    ['queue, after the commit', QUEUE, true],
    ['supersede, after the commit', DEFAULT_ORDER, true],
  ])('waits as the next release under the policy %s', (_, order, committing) => {
    expect(decide({ claim: othersClaim({ committing }) }, {}, { order })).toEqual(behind);
  });

  it.each([
    ['supersede, before the commit', DEFAULT_ORDER, false],
    ['supersede with interrupt, after the commit', INTERRUPT, true],
  ])('takes over under the policy %s', (_, order, committing) => {
    expect(decide({ claim: othersClaim({ committing }) }, {}, { order })).toMatchObject(taken);
  });

  it("takes over at a person's word, whatever the policy", () => {
    expect(decide({ claim: othersClaim({ committing: true }) }, { person: NOW }, { order: QUEUE })).toMatchObject(taken);
  });

  it('takes over from an execution that ended without giving its claim back', () => {
    expect(decide({ claim: othersClaim({ committing: true }) }, {}, { order: QUEUE, holderRuns: false })).toMatchObject(taken);
  });

  it('is superseded by a newer release that waits already', () => {
    expect(decide({ claim: othersClaim(), next: waits({ releasedAt: NEWER }) }, {}, { order: QUEUE })).toMatchObject(superseded);
  });

  it('notes each time that it comes to wait, since it is started once for each', () => {
    const next = { release: aRelease(), since: OLDER };
    expect(decide({ claim: othersClaim(), next }, {}, { order: QUEUE }).change).toEqual({ next: { release: aRelease(), since: NOW } });
  });
});

describe('decideClaim when it takes the target', () => {
  it.each([
    ['drops what waited and is not newer', OLDER, { next: null }],
    ['drops itself from waiting', aRelease().releasedAt, { next: null }],
    ['leaves a newer one waiting', NEWER, {}],
  ])('%s', (_, releasedAt, change) => {
    const { claim: _claim, ...rest } = decide({ next: waits({ releasedAt, digest: aDigest() }) }).change ?? {};
    expect(rest).toEqual(change);
  });

  const interrupts = [{ tag: '1.0.0', digest: aDigest('b') }];

  it.each([
    ['a running one', othersClaim(), true],
    ['one that failed', othersClaim({ execution: null }), false],
  ])('names the release that it takes over from before that succeeded: %s', (_, claim, holderRuns) => {
    expect(decide({ claim }, {}, { holderRuns })).toMatchObject({ change: { claim: { interrupts } } });
  });

  it('names it again when a redrive takes the claim once more', () => {
    expect(decide({ claim: aClaim({ execution: 'me', interrupts }) })).toMatchObject({ change: { claim: { interrupts } } });
  });

  it('names all since the last success, once each: one that ended early may have left an operation to hang', () => {
    const [hanging, early] = [{ tag: '0.9.8', digest: aDigest('8') }, { tag: '0.9.9', digest: aDigest('9') }];
    const left = (before: readonly typeof hanging[]) => decide({ claim: othersClaim({ execution: null, interrupts: before }) }).change?.claim?.interrupts;
    expect(left([early, hanging])).toEqual([...interrupts, early, hanging]);
    expect(left([early, ...interrupts, { tag: '1.1.0', digest: aDigest() }])).toEqual([...interrupts, early]);
    expect(left(['1', '2', '3', '4', '5'].map((digit) => ({ tag: digit, digest: aDigest(digit) })))).toHaveLength(5);
  });

  it('names none where the last one succeeded', () => {
    const before = { execution: null, claimedAt: OLDER, interrupts: [{ tag: '0.9.9', digest: aDigest('9') }] };
    expect(decide({ claim: othersClaim(before), current: current({ digest: aDigest('b') }) }).change?.claim).not.toHaveProperty('interrupts');
  });

  it('names the one that succeeded before, when it was begun again and has not succeeded since', () => {
    const again = othersClaim({ execution: null, claimedAt: NEWER, interrupts: [{ tag: '0.9.9', digest: aDigest('9') }] });
    const { claim } = decide({ claim: again, current: current({ digest: aDigest('b') }) }).change ?? {};
    expect(claim?.interrupts).toEqual([...interrupts, { tag: '0.9.9', digest: aDigest('9') }]);
  });
});

describe('decideClaim for a person who takes the target back', () => {
  const hold = { by: 'B', reason: 'it leaks', since: NOW };
  const bad = { digest: aDigest('c'), tag: '0.9.0', since: NOW, cause: 'rolled back by B: it leaks' };
  const request = byHand({ rollback: true });

  it('sets a hold and leaves the current release in quarantine, in the write that takes the claim', () => {
    expect(decide({ current: current() }, request)).toMatchObject({ decision: 'take', change: { claim: { execution: 'me' }, hold, quarantine: [bad] } });
  });

  it('lifts the quarantine of the release that comes back', () => {
    const lifted = { ...bad, digest: aDigest(), since: OLDER };
    expect(decide({ current: current(), quarantine: [lifted] }, request)).toMatchObject({ change: { quarantine: [bad] } });
  });

  it('leaves the release in quarantine that was being deployed, when it goes back to the current one', () => {
    const change = { quarantine: [{ ...bad, digest: aDigest('b'), tag: '1.0.0' }] };
    expect(decide({ current: current({ digest: aDigest() }), claim: othersClaim() }, request)).toMatchObject({ change });
  });

  it('quarantines nothing where there is nothing else', () => {
    expect(decide({ claim: null }, request).change).not.toHaveProperty('quarantine');
  });

  it('sets a hold for an image that is older than the current one, without quarantine', () => {
    const { change } = decide({ current: current({ imagePushedAt: NEWER }) }, byHand());
    expect(change).toMatchObject({ hold });
    expect(change).not.toHaveProperty('quarantine');
  });

  it.each([
    ['a newer image', current(), byHand()],
    ['the current digest', current({ digest: aDigest(), imagePushedAt: NEWER }), byHand()],
    ['the first release', null, byHand()],
    ['an older image that came by itself', current({ imagePushedAt: NEWER }), {}],
  ])('sets none for %s', (_, there, claimant) => {
    expect(decide({ current: there }, claimant).change).not.toHaveProperty('hold');
  });

  it('leaves a hold that is there already its own reason', () => {
    expect(decide({ current: current(), hold: HOLD }, request).change).not.toHaveProperty('hold');
  });
});

describe('startableNext', () => {
  const next = waits();
  const claim = aClaim({ execution: null, generation: 4 });

  it('is what waits, once the claim is given back', () => {
    expect(startableNext({ ...NEW_TARGET, claim, next }, 4)).toEqual(next);
  });

  it.each([
    ['nothing waits', { claim }],
    ['a hold stops it', { claim, next, hold: HOLD }],
    ['the claim is held', { claim: aClaim({ generation: 4 }), next }],
    ['another deployment has had the claim since', { claim: aClaim({ execution: null, generation: 5 }), next }],
    ['there is no claim', { next }],
  ])('is nothing while %s', (_, state) => {
    expect(startableNext({ ...NEW_TARGET, ...state }, 4)).toBeNull();
  });
});

describe('holdsClaim', () => {
  const deployment = aDeployment({ claim: { generation: 4, redrives: 0 } });

  it('is proven by the execution and the generation together', () => {
    expect(holdsClaim({ ...NEW_TARGET, claim: othersClaim({ execution: 'me' }) }, 'me', deployment)).toBe(true);
  });

  it.each([
    ['another execution', othersClaim()],
    ['an older acquisition', othersClaim({ execution: 'me', generation: 5 })],
    ['no claim at all', null],
  ])('is refused for %s', (_, claim) => {
    expect(holdsClaim({ ...NEW_TARGET, claim }, 'me', deployment)).toBe(false);
  });
});
