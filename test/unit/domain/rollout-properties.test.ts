import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ClusterSnapshot, ObservedContainer, ObservedPod } from '../../../src/domain/cluster.ts';
import { later } from '../../../src/domain/instant.ts';
import { rolloutStatus, type RolloutStatus } from '../../../src/domain/rollout.ts';
import { DEFAULT_POLICY } from '../../../src/domain/service.ts';
import type { WantedRollout } from '../../../src/domain/wanted-rollout.ts';
import { liveWorkloadsOf } from '../../support/kubernetes-objects.ts';
import { aPod, aRollout } from '../../support/observed-cluster.ts';
import { aRelease } from '../../support/release.ts';
import { rolloutCases } from '../../support/rollout-case.ts';

const WATCHING_SINCE = '2026-01-02T03:05:00.000Z';
const RANK = { failed: 0, running: 1, ready: 2 } as const satisfies Record<RolloutStatus['status'], number>;

const aReason = fc.constantFrom('ContainerCreating', 'ImagePullBackOff', 'CreateContainerConfigError', 'InvalidImageName', 'CrashLoopBackOff');
const aState = fc.record({
  running: fc.boolean(),
  waiting: fc.option(fc.record({ reason: aReason, message: fc.constant('said') })),
  terminated: fc.option(fc.record({ reason: fc.constantFrom('Error', 'OOMKilled'), exitCode: fc.nat(255), message: fc.constant(''), finishedAt: fc.option(fc.constant('2026-01-02T03:05:30Z')) })),
  restartCount: fc.nat(6),
});
const podStates = fc.array(fc.record({ ready: fc.boolean(), container: aState }), { maxLength: 4 });
const aMoment = fc.integer({ min: 0, max: 20 * 60_000 }).map((ms) => later(WATCHING_SINCE, ms));

const replicas = 3;

function rollout(states: readonly { readonly ready: boolean; readonly container: Partial<ObservedContainer> }[]): ClusterSnapshot {
  return aRollout(states.map((state, index) => aPod({ ...state, name: `web-new-${index}` })), { replicas });
}

function want(snapshot: ClusterSnapshot): WantedRollout {
  const live = liveWorkloadsOf(snapshot);
  return { release: aRelease(), live, policy: DEFAULT_POLICY, watchingSince: WATCHING_SINCE, application: 'inference-dev', cluster: 'eu' };
}

function judge(snapshot: ClusterSnapshot, now: string): RolloutStatus {
  return rolloutStatus(snapshot, want(snapshot), now);
}

describe('rolloutStatus, whatever the cluster shows', () => {
  it('does not depend on the order of the lists', () => {
    fc.assert(
      fc.property(podStates, aMoment, (states, now) => {
        const snapshot = rollout(states);
        const turned = { ...snapshot, pods: snapshot.pods.toReversed(), replicaSets: snapshot.replicaSets.toReversed() };
        expect(judge(turned, now)).toEqual(judge(snapshot, now));
      }),
    );
  });

  it('never judges worse when one more pod is Ready', () => {
    fc.assert(
      fc.property(podStates, aMoment, fc.nat(3), (states, now, index) => {
        const healed = states.map((state, at) => (at === index ? { ready: true, container: { running: true } } : state));
        expect(RANK[judge(rollout(healed), now).status]).toBeGreaterThanOrEqual(RANK[judge(rollout(states), now).status]);
      }),
    );
  });

  it('does not look at pods of other ReplicaSets', () => {
    fc.assert(
      fc.property(podStates, podStates, aMoment, (states, others, now) => {
        const snapshot = rollout(states);
        const foreign = others.map((state, index): ObservedPod => aPod({ ...state, name: `web-old-${index}`, ownerUid: 'uid-web-old', labels: { 'pod-template-hash': 'old' } }));
        expect(judge({ ...snapshot, pods: [...snapshot.pods, ...foreign] }, now)).toEqual(judge(snapshot, now));
      }),
    );
  });

  it('says the same until recheckAt, and fails there unless something changes', () => {
    fc.assert(
      fc.property(podStates, aMoment, fc.double({ min: 0, max: 1, noNaN: true }), (states, now, part) => {
        const snapshot = rollout(states);
        const verdict = judge(snapshot, now);
        if (verdict.status !== 'running') return;
        const wait = Date.parse(verdict.recheckAt) - Date.parse(now);
        expect(wait).toBeGreaterThan(0);
        expect(judge(snapshot, later(now, Math.floor((wait - 1) * part)))).toEqual(verdict);
        expect(judge(snapshot, verdict.recheckAt).status).toBe('failed');
      }),
    );
  });

  it.each(rolloutCases().map((one) => [one.name, one] as const))('ends by itself an hour after the watch began: %s', (_name, { snapshot, want: wanted, expected }) => {
    if ('error' in expected) return;
    expect(rolloutStatus(snapshot, wanted, later(wanted.watchingSince, 3_600_000)).status).not.toBe('running');
  });
});
