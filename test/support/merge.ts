import type { PendingMerge } from '../../src/ports/deployment-store.ts';
import { aDigest } from './release.ts';

/** A pull request that a fresh execution waits for since 03:05 for a day, at the target of `aDeployment`. */
export function aPendingMerge(overrides: Partial<PendingMerge> = {}): PendingMerge {
  return {
    service: 'inference-service',
    environment: 'dev',
    target: 'eu',
    release: { tag: '1.1.0', digest: aDigest() },
    execution: 'one',
    generation: 1,
    pullRequest: { number: 7, url: 'https://git.example.com/team/config/pulls/7' },
    taskToken: `token-of-${overrides.execution ?? 'one'}`,
    requestedAt: '2026-01-02T03:05:00.000Z',
    expiresAt: '2026-01-03T03:05:00.000Z',
    ...overrides,
  };
}
