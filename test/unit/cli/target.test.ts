import { describe, expect, it } from 'vitest';
import { describeTarget, type TargetReport } from '../../../cli/output/target.ts';
import { targetSummary } from '../../../cli/output/target-summary.ts';
import { NEW_TARGET, type TargetState } from '../../../src/domain/target-state.ts';
import type { PendingApproval } from '../../../src/ports/deployment-store.ts';
import { anAttempt } from '../../support/attempt.ts';
import { aPendingMerge } from '../../support/merge.ts';
import { aDigest, aRelease } from '../../support/release.ts';

const KEY = { service: 'inference-service', environment: 'prod', target: 'eu' };
const AT = '2026-01-02T03:04:05.000Z';

function aReport({ state, ...report }: Partial<Omit<TargetReport, 'state'>> & { readonly state?: Partial<TargetState> } = {}): TargetReport {
  return { key: KEY, approval: null, merge: null, history: [], ...report, state: { ...NEW_TARGET, ...state } };
}

const factsOf = (state: Partial<TargetState>): string => describeTarget(aReport({ state }));

const APPROVAL: PendingApproval = { ...KEY, release: aRelease(), execution: 'arn:aws:states:eu-central-1:111122223333:execution:slipway-prod-deploy:one', taskToken: 'secret-token', requestedAt: AT, expiresAt: '2026-01-03T03:04:05.000Z', current: null };

describe('describeTarget', () => {
  it('says so where nothing was deployed yet', () => {
    expect(describeTarget(aReport())).toMatch(/nothing deployed yet\n\nNo deployment is recorded\.$/);
  });

  it('shows the current release, who is deploying, the history, and the newest deployment stage by stage', () => {
    const current = { release: aRelease({ tag: '1.0.0' }), execution: 'arn:old', concludedAt: '2026-01-02T03:00:00.000Z' };
    const { releasedAt, imagePushedAt, digest, tag } = aRelease();
    const claim = { releasedAt, imagePushedAt, digest, tag, committing: false, execution: 'arn:new', takenBy: 'arn:new', redrives: 0, generation: 2, claimedAt: AT };
    const failed = { ...KEY, release: aRelease(), attempts: [anAttempt(), anAttempt({ outcome: 'failed', cause: 'pod web-1: ImagePullBackOff' })] };
    const earlier = { ...KEY, release: current.release, attempts: [anAttempt()] };
    const text = describeTarget(aReport({ state: { claim, current }, history: [failed, earlier] }));
    expect(text).toContain(`current    1.0.0  ${aDigest()}\n  since      2026-01-02T03:00:00.000Z`);
    expect(text).toContain(`deploying  1.1.0  ${aDigest()}\n  by         arn:new`);
    expect(text).toMatch(/1\.1\.0 {2}failed .*\(attempt 2\) {2}pod web-1: ImagePullBackOff\n.*1\.0\.0 {2}succeeded/);
    expect(text).toMatch(/Outcome: failed: pod web-1: ImagePullBackOff$/);
  });

  it('shows a hold with who set it, since when and why, and what waits behind it', () => {
    const hold = { by: 'arn:aws:iam::111122223333:user/alice', reason: 'database migration', since: AT };
    const text = factsOf({ hold, next: { release: aRelease({ tag: '1.2.0' }), since: AT } });
    expect(text).toContain(`  held       since ${AT} by arn:aws:iam::111122223333:user/alice: database migration\n`);
    expect(text).toContain(`  next       1.2.0  ${aDigest()}  waits since ${AT}\n`);
  });

  it('shows every digest in quarantine with its cause', () => {
    const quarantine = ['b', 'c'].map((character) => ({ digest: aDigest(character), tag: `1.${character}`, since: AT, cause: 'pod web-1: OOMKilled' }));
    expect(factsOf({ quarantine }).match(/^ {2}quarantine 1\.[bc] {2}sha256:[bc]{64} {2}since \S+: pod web-1: OOMKilled$/gm)).toHaveLength(2);
  });

  it('shows what waits for approval, until when, and how to answer', () => {
    expect(describeTarget(aReport({ approval: APPROVAL }))).toContain(`1.1.0  ${aDigest()}  waits since ${AT}, until 2026-01-03T03:04:05.000Z; slipway approve inference-service prod eu --stage prod`);
  });

  it('shows the pull request that waits to be merged, and until when', () => {
    expect(describeTarget(aReport({ merge: aPendingMerge() }))).toContain(`  merge      1.1.0  ${aDigest()}  waits since 2026-01-02T03:05:00.000Z, until 2026-01-03T03:05:00.000Z; https://git.example.com/team/config/pulls/7\n`);
  });

  it('shows of a deployment that was rolled back what it went back to, and how long that took', () => {
    const rollback = { tag: '1.0.0', digest: aDigest('b'), commit: null, took: 4_200 };
    const history = [{ ...KEY, release: aRelease(), attempts: [anAttempt({ outcome: 'rolled-back', cause: 'pod web-1: OOMKilled', rollback })] }];
    expect(describeTarget(aReport({ history }))).toMatch(/1\.1\.0 {2}rolled-back +2\.00 s {2}back to 1\.0\.0 in 4\.20 s {2}pod web-1: OOMKilled\n/);
  });
});

describe('targetSummary', () => {
  it('has who approved each deployment', () => {
    const history = [{ ...KEY, release: aRelease(), attempts: [anAttempt()] }];
    expect(targetSummary(aReport({ history })).deployments[0]?.attempts[0]?.approvedBy).toBe('arn:aws:iam::111122223333:user/ada');
  });

  it('has the pull request that waits, and not the token that answers its merge', () => {
    const { taskToken, ...shown } = aPendingMerge();
    const summary = targetSummary(aReport({ merge: aPendingMerge() }));
    expect(summary.merge).toEqual({ release: shown.release, execution: 'one', pullRequest: shown.pullRequest, requestedAt: shown.requestedAt, expiresAt: shown.expiresAt });
    expect(JSON.stringify(summary)).not.toContain(taskToken);
  });

  it('has everything that is shown, and not the token that answers an approval', () => {
    const hold = { by: 'arn:alice', reason: 'why', since: AT };
    const summary = targetSummary(aReport({ state: { hold, next: { release: aRelease(), since: AT } }, approval: APPROVAL }));
    expect(summary).toMatchObject({ ...KEY, current: null, deploying: null, hold, next: { since: AT }, quarantine: [], approval: { release: aRelease(), expiresAt: APPROVAL.expiresAt }, deployments: [] });
    expect(JSON.stringify(summary)).not.toContain('secret-token');
  });
});
