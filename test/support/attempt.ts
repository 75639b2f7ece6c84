import type { Attempt } from '../../src/ports/deployment-store.ts';
import { aDigest } from './release.ts';

/** An attempt that uses every member there is, so that none is lost on its way through a store. */
export function anAttempt(overrides: Partial<Attempt> = {}): Attempt {
  const at = (seconds: number): string => `2026-01-02T03:04:${String(seconds).padStart(2, '0')}.000Z`;
  return {
    execution: 'arn:aws:states:eu-central-1:111122223333:execution:slipway:one',
    generation: 1,
    outcome: 'succeeded',
    cause: null,
    warnings: ['digest unproven'],
    approvedBy: 'arn:aws:iam::111122223333:user/ada',
    marks: { pushed: at(5), started: at(6), resolved: at(7), approved: at(7), claimed: at(8), committed: at(9), merged: at(9), operationStarted: at(10), applied: at(11), ready: at(12), noticed: at(13), verified: at(14) },
    reported: { operationStarted: at(10), operationFinished: at(11), ready: at(12) },
    idle: [{ from: at(7), to: at(8) }],
    timings: { queue: 1_000, rollout: 1_000, total: 2_000, overhead: 1_000 },
    commit: { revision: 'c0ffee', head: 'c0ffee', url: null, changes: [{ file: 'values.yaml', path: 'image.tag', line: 3, before: 'tag: 1.0.0', after: 'tag: 1.1.0' }] },
    pullRequest: { number: 7, url: 'https://git.example.com/team/config/pulls/7' },
    pods: [{ name: 'web-1', ready: true, digest: aDigest() }],
    rollback: { tag: '1.0.0', digest: aDigest('b'), commit: { revision: 'back', head: 'back', url: null, changes: [] }, took: 1_500 },
    concludedAt: at(20),
    ...overrides,
  };
}
