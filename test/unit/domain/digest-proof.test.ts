import { describe, expect, it } from 'vitest';
import { proveDigest } from '../../../src/domain/digest-proof.ts';
import { aContainer, aPod, aWorkload } from '../../support/observed-cluster.ts';
import { aDigest, aRelease } from '../../support/release.ts';

const TAGGED = 'inference-service:1.1.0';
const release = aRelease({ digest: aDigest('a'), digests: [aDigest('b')] });

describe('proveDigest', () => {
  it('takes the pushed digest itself where the list of digests leaves it out', () => {
    const pod = aPod({ container: { image: TAGGED, imageId: `inference-service@${aDigest('a')}` } });
    expect(proveDigest(pod, aWorkload({ images: [TAGGED] }), release)).toEqual({ proof: 'proven', digest: aDigest('a') });
  });

  it('knows nothing of an image that is not pulled yet', () => {
    const pod = aPod({ container: { image: TAGGED, imageId: '' } });
    expect(proveDigest(pod, aWorkload({ images: [TAGGED] }), release)).toEqual({ proof: 'unproven', digest: null });
  });

  it('knows nothing of a pod whose images a webhook has renamed', () => {
    const pod = aPod({ container: { image: 'cache.local/x:1', imageId: `cache.local/x@${aDigest('f')}` } });
    expect(proveDigest(pod, aWorkload({ images: [TAGGED] }), release)).toEqual({ proof: 'unproven', digest: null });
  });

  it('is as weak as the weakest container of the release', () => {
    const proven = aContainer({ name: 'a', image: `${TAGGED}@${aDigest('a')}` });
    const unproven = aContainer({ name: 'b', image: TAGGED, imageId: '' });
    const other = aContainer({ name: 'c', image: `${TAGGED}@${aDigest('f')}` });
    const proofOf = (...containers: (typeof proven)[]) => proveDigest(aPod({ containers }), aWorkload({ images: [TAGGED] }), release).proof;
    expect([proofOf(proven), proofOf(proven, unproven), proofOf(proven, unproven, other)]).toEqual(['proven', 'unproven', 'other']);
  });

  it.each([
    ['in the same second', '2026-01-02T03:04:05Z', 'unproven'],
    ['a second before', '2026-01-02T03:04:04Z', 'other'],
  ] as const)('judges a pod made %s as the push', (_when, createdAt, proof) => {
    const pod = aPod({ createdAt, container: { image: TAGGED, imageId: `inference-service@${aDigest('f')}` } });
    expect(proveDigest(pod, aWorkload({ images: [TAGGED] }), release)).toEqual({ proof, digest: aDigest('f') });
  });
});
