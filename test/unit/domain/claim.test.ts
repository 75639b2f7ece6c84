import { describe, expect, it } from 'vitest';
import { type Claim, decideClaim, holdsClaim, type TargetState } from '../../../src/domain/claim.ts';
import { aDeployment, aDigest, aRelease } from '../../support/release.ts';

const NOW = '2026-01-02T04:00:00.000Z';
const OLDER = '2026-01-02T03:00:00.000Z';
const NEWER = '2026-01-02T03:30:00.000Z';

function aClaim(overrides: Partial<Claim> = {}): Claim {
  return { digest: aDigest('b'), releasedAt: OLDER, imagePushedAt: OLDER, execution: 'other', redrives: 0, generation: 4, claimedAt: OLDER, ...overrides };
}

function decide(state: Partial<TargetState>, holderRuns = true) {
  return decideClaim({ claim: null, current: null, ...state }, { execution: 'me', redrives: 1, release: aRelease() }, holderRuns, NOW);
}

describe('decideClaim', () => {
  it('takes a target that nobody ever claimed, as generation 1', () => {
    expect(decide({})).toEqual({
      decision: 'take',
      claim: { execution: 'me', redrives: 1, generation: 1, claimedAt: NOW, digest: aDigest(), releasedAt: aRelease().releasedAt, imagePushedAt: aRelease().imagePushedAt },
    });
  });

  it('takes over from an older release, even while its execution runs, with the next generation', () => {
    expect(decide({ claim: aClaim({ releasedAt: OLDER }) })).toMatchObject({ decision: 'take', claim: { execution: 'me', generation: 5 } });
  });

  it('is superseded by a newer release that is being deployed', () => {
    expect(decide({ claim: aClaim({ releasedAt: NEWER }) })).toMatchObject({ decision: 'superseded', by: { releasedAt: NEWER } });
  });

  it('is superseded by a newer release whose claim was given back, so that nothing is deployed backwards', () => {
    expect(decide({ claim: aClaim({ releasedAt: NEWER, execution: null }) })).toMatchObject({ decision: 'superseded' });
  });

  it('is superseded by a newer current release', () => {
    const current = { release: aRelease({ digest: aDigest('c'), releasedAt: NEWER }), execution: 'x', concludedAt: NEWER };
    expect(decide({ current })).toMatchObject({ decision: 'superseded', by: { digest: aDigest('c') } });
  });

  it('is ignored while another execution that runs deploys the same digest', () => {
    expect(decide({ claim: aClaim({ digest: aDigest() }) })).toEqual({ decision: 'ignored', holder: 'other' });
  });

  it('takes over the same digest from an execution that no longer runs', () => {
    expect(decide({ claim: aClaim({ digest: aDigest() }) }, false)).toMatchObject({ decision: 'take' });
  });

  it('takes its own claim again, with a new generation', () => {
    expect(decide({ claim: aClaim({ digest: aDigest(), execution: 'me' }) })).toMatchObject({ decision: 'take', claim: { generation: 5 } });
  });

  it('runs on when the same digest is current already, whatever the order', () => {
    const current = { release: aRelease({ releasedAt: NEWER }), execution: 'x', concludedAt: NEWER };
    expect(decide({ current })).toMatchObject({ decision: 'take' });
  });

  it('keeps the place in the order that a digest has when an older event deploys it again', () => {
    expect(decide({ claim: aClaim({ digest: aDigest(), releasedAt: NEWER, execution: null }) })).toMatchObject({ decision: 'take', claim: { releasedAt: NEWER } });
  });
});

describe('holdsClaim', () => {
  const deployment = aDeployment({ claim: { generation: 4, redrives: 0 } });

  it('is proven by the execution and the generation together', () => {
    expect(holdsClaim({ claim: aClaim({ execution: 'me' }), current: null }, 'me', deployment)).toBe(true);
  });

  it.each([
    ['another execution', aClaim()],
    ['an older acquisition', aClaim({ execution: 'me', generation: 5 })],
    ['no claim at all', null],
  ])('is refused for %s', (_, claim) => {
    expect(holdsClaim({ claim, current: null }, 'me', deployment)).toBe(false);
  });
});
