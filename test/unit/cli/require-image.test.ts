import { describe, expect, it } from 'vitest';
import { requireImage } from '../../../cli/targets/require-image.ts';
import { createMemoryReleaseRegistry } from '../../../src/adapters/memory/release-registry.ts';
import { aDigest, aRelease } from '../../support/release.ts';

const REPOSITORY = { registry: aRelease().registry, name: aRelease().repository };

/** ECR with 1.1.0. */
function aRegistry() {
  const registry = createMemoryReleaseRegistry();
  registry.push(REPOSITORY, { digest: aDigest(), imagePushedAt: aRelease().imagePushedAt }, '1.1.0');
  return registry;
}

describe('requireImage', () => {
  it.each([{ tag: '1.1.0' }, { digest: aDigest() }, { tag: '1.1.0', digest: aDigest() }])('finds an image by %o', async (image) => {
    await expect(requireImage(aRegistry(), REPOSITORY, image)).resolves.toBeUndefined();
  });

  it.each([
    [{ tag: 'nope' }, ':nope'],
    [{ digest: aDigest('f') }, `@${aDigest('f')}`],
  ])('refuses %o, which ECR does not have, with the repository', async (image, name) => {
    await expect(requireImage(aRegistry(), REPOSITORY, image)).rejects.toMatchObject({
      name: 'NotFoundError',
      message: `There is no image 111122223333.dkr.ecr.eu-central-1.amazonaws.com/inference-service${name} in ECR; push it or name another, nothing was started.`,
    });
  });

  it('refuses an image that is archived, which no pod could pull', async () => {
    const registry = aRegistry();
    registry.archive(REPOSITORY, aDigest());
    await expect(requireImage(registry, REPOSITORY, { tag: '1.1.0' })).rejects.toThrow('inference-service:1.1.0 is archived in ECR; restore it there or name another, nothing was started.');
  });
});
