import type { Claim } from '../../src/domain/claim.ts';
import type { Deployment, Rollback } from '../../src/domain/deployment.ts';
import type { Release } from '../../src/domain/release.ts';

/** A digest of which every character is `character`. */
export function aDigest(character = 'a'): string {
  return `sha256:${character.repeat(64)}`;
}

export function aRelease(overrides: Partial<Release> = {}): Release {
  const digest = overrides.digest ?? aDigest();
  return {
    registry: '111122223333.dkr.ecr.eu-central-1.amazonaws.com',
    repository: 'inference-service',
    tag: '1.1.0',
    digest,
    digests: [digest],
    releasedAt: '2026-01-02T03:04:05.000Z',
    imagePushedAt: '2026-01-02T03:04:05.000Z',
    ...overrides,
  };
}

export function aDeployment(overrides: Partial<Deployment> = {}): Deployment {
  return {
    service: 'inference-service',
    environment: 'dev',
    target: 'eu',
    release: aRelease(),
    marks: { pushed: '2026-01-02T03:04:05.000Z', started: '2026-01-02T03:04:06.000Z', resolved: '2026-01-02T03:04:06.100Z' },
    ...overrides,
  };
}

/** What a rollback to 1.0.0 sets aside of a release that had come as far as its commit. */
export function aRollback(overrides: Partial<Rollback> = {}): Rollback {
  return {
    release: aRelease({ tag: '1.0.0', digest: aDigest('0'), releasedAt: '2026-01-01T03:04:05.000Z', imagePushedAt: '2026-01-01T03:04:05.000Z' }),
    failedAt: '2026-01-02T03:04:09.000Z',
    marks: { pushed: '2026-01-02T03:04:05.000Z', started: '2026-01-02T03:04:06.000Z', resolved: '2026-01-02T03:04:06.100Z', committed: '2026-01-02T03:04:07.000Z' },
    reported: {},
    commit: { revision: 'bad', head: 'bad', url: null, changes: [] },
    pods: [],
    ...overrides,
  };
}

/** A claim of the release that `aRelease` makes, held by `execution: 'one'` since its first acquisition. */
export function aClaim(overrides: Partial<Claim> = {}): Claim {
  const { releasedAt, imagePushedAt, digest, tag } = aRelease();
  const place = { releasedAt, imagePushedAt, digest, tag };
  return { ...place, committing: false, execution: 'one', takenBy: overrides.execution ?? 'one', redrives: 0, generation: 1, claimedAt: '2026-01-02T03:04:06.000Z', ...overrides };
}
