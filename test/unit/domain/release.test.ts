import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareReleases, imageReference, type ReleaseOrder } from '../../../src/domain/release.ts';
import { aDigest, aRelease } from '../../support/release.ts';

const SECONDS = ['2026-01-02T03:04:05.000Z', '2026-01-02T03:04:06.000Z'] as const;
const anOrder = (overrides: Partial<ReleaseOrder> = {}): ReleaseOrder => ({ releasedAt: SECONDS[0], imagePushedAt: SECONDS[0], digest: aDigest(), ...overrides });

describe('compareReleases', () => {
  it.each([
    ['the time at which the tag was put, whenever the image was pushed', { releasedAt: SECONDS[1] }, { imagePushedAt: SECONDS[1] }],
    ['at equal times, the image pushed later', { imagePushedAt: SECONDS[1] }, { digest: aDigest('b') }],
    ['at equal pushes, the greater digest', { digest: aDigest('b') }, {}],
  ])('takes for newer: %s', (_, newer, older) => {
    expect(compareReleases(anOrder(newer), anOrder(older))).toBeGreaterThan(0);
    expect(compareReleases(anOrder(older), anOrder(newer))).toBeLessThan(0);
  });

  it('calls equal only what is the same release', () => {
    const order = fc.record({ releasedAt: fc.constantFrom(...SECONDS), imagePushedAt: fc.constantFrom(...SECONDS), digest: fc.constantFrom(aDigest(), aDigest('b')) });
    fc.assert(fc.property(order, order, (a, b) => (compareReleases(a, b) === 0) === (JSON.stringify(a) === JSON.stringify(b))));
  });
});

describe('imageReference', () => {
  it('is pinned to the digest and still shows the tag', () => {
    expect(imageReference(aRelease())).toBe(`111122223333.dkr.ecr.eu-central-1.amazonaws.com/inference-service:1.1.0@${aDigest()}`);
  });
});
