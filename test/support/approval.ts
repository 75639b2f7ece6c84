import type { PendingApproval } from '../../src/ports/deployment-store.ts';
import { aDigest, aRelease } from './release.ts';

/** A release of a fresh execution that waits since 03:05 for a day, at the target of `aDeployment`. */
export function aPendingApproval(overrides: Partial<PendingApproval> = {}): PendingApproval {
  return {
    service: 'inference-service',
    environment: 'dev',
    target: 'eu',
    release: aRelease(),
    execution: 'one',
    taskToken: `token-of-${overrides.execution ?? 'one'}`,
    requestedAt: '2026-01-02T03:05:00.000Z',
    expiresAt: '2026-01-03T03:05:00.000Z',
    current: { tag: '1.0.0', digest: aDigest('0') },
    ...overrides,
  };
}
