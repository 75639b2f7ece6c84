import { describe, expect, it } from 'vitest';
import type { Progress } from '../../../cli/execution/progress.ts';
import { commitDiff } from '../../../cli/output/commit-diff.ts';
import { describeAttempt } from '../../../cli/output/deployment.ts';
import { progressLine } from '../../../cli/output/progress.ts';
import { type Look, PLAIN } from '../../../cli/output/terminal.ts';
import { seconds, waterfall } from '../../../cli/output/waterfall.ts';
import type { Commit } from '../../../src/domain/deployment.ts';
import { anAttempt } from '../../support/attempt.ts';
import { aDigest, aRelease } from '../../support/release.ts';

const KEY = { service: 'inference-service', environment: 'dev', target: 'eu' };
const TIMINGS = { queue: 0, resolve: 250, commit: 750, sync: 1_000, rollout: 2_000, total: 4_000, overhead: 1_000 };
const widthOf = (text: string): number => Math.max(...text.split('\n').map((line) => line.length));

function aProgress(overrides: Partial<Progress> = {}): Progress {
  return { at: new Date(1_500), state: 'CommitRelease', target: 'dev/eu', status: 'committed', detail: null, foundDone: false, ...overrides };
}

function aCommit(overrides: Partial<Commit> = {}): Commit {
  const change = { file: 'envs/dev/values.yaml', path: 'image.tag', line: 6, before: '  tag: "1.0.0"  # ours', after: '  tag: "1.1.0"  # ours' };
  return { revision: 'c'.repeat(40), head: 'c'.repeat(40), url: null, changes: [change], ...overrides };
}

describe('waterfall', () => {
  it('draws each stage where it began and as long as it took, and leaves out those that were not reached', () => {
    expect(waterfall(TIMINGS, { ...PLAIN, columns: 38 }).split('\n')).toEqual([
      '  queue    ▏                    0.00 s',
      '  resolve  █                    0.25 s',
      '  commit    ███                 0.75 s',
      '  sync         ████             1.00 s',
      '  rollout          ████████     2.00 s',
      '  total                         4.00 s',
      "  of which Slipway's own (overhead): 1.00 s",
    ]);
  });

  it.each([20, 40, 60, 80, 200])('stays within %i columns, or the least that shows an order', (columns) => {
    expect(widthOf(waterfall(TIMINGS, { ...PLAIN, columns }).replace(/\n.*overhead.*$/, ''))).toBeLessThanOrEqual(Math.max(columns, 32));
  });

  it('draws nothing that took time where nothing was timed', () => {
    expect(waterfall({ total: 0, overhead: 0 }).split('\n')[0]).toMatch(/^ {2}total +0\.00 s$/);
  });
});

describe('seconds', () => {
  it.each([
    [40, '0.04 s'],
    [12_300, '12.30 s'],
    [119_994, '119.99 s'],
    [200_000, '3 min 20 s'],
    [179_600, '3 min 0 s'],
  ])('says %i ms as people do', (milliseconds, expected) => {
    expect(seconds(milliseconds).trim()).toBe(expected);
  });
});

describe('progressLine', () => {
  it('aligns state, target and words of whatever ended', () => {
    const lines = [aProgress(), aProgress({ state: 'ConcludeDeployment', target: null, status: 'succeeded' })].map((one) => progressLine(one, 1_000));
    expect(lines).toEqual(['   0.50 s  CommitRelease       dev/eu      the values file names the image', '   0.50 s  ConcludeDeployment              succeeded']);
  });

  it('says that an error is being retried, and of what', () => {
    expect(progressLine(aProgress({ status: 'retrying', detail: 'UnavailableError: git.example.com answered 503' }), 0)).toContain('dev/eu      retrying: UnavailableError: git.example.com answered 503');
  });

  it('says what a step that is still running waits in', () => {
    expect(progressLine(aProgress({ state: 'CheckRollout', status: 'running' }), 0)).toMatch(/CheckRollout +dev\/eu +not there yet, watching on$/);
  });

  it('shows a cause after the status that it explains', () => {
    expect(progressLine(aProgress({ status: 'failed', detail: 'pod web-1: CrashLoopBackOff' }), 0)).toMatch(/failed: pod web-1: CrashLoopBackOff$/);
  });

  it('never counts backwards when the clocks differ', () => {
    expect(progressLine(aProgress(), 9_000)).toMatch(/^ +0\.00 s/);
  });

  it.each([
    ['green', 'succeeded'],
    ['red', 'errored'],
    ['yellow', 'retrying'],
    ['red', 'rejected'],
  ])('paints %s a step that says %s', (color, status) => {
    const look: Look = { columns: 80, paint: (painted, text) => `<${painted}>${text}</>` };
    expect(progressLine(aProgress({ status }), 0, look)).toContain(`<${color}>${status}`);
  });
});

describe('progressLine, of what a redrive, a rollback or an approval says', () => {
  it.each([
    [{ state: 'AwaitApproval', status: 'waiting', detail: 'answer with slipway approve web prod eu' }, 'waiting for approval: answer with slipway approve web prod eu'],
    [{ state: 'RollBack', status: 'committed', detail: '1.0.0' }, 'rolling back: the values file names the previous release: 1.0.0'],
    [{ state: 'RollBack', status: 'failed', detail: 'pod web-1: OOMKilled' }, 'not rolled back: pod web-1: OOMKilled'],
    [{ state: 'ConcludeDeployment', status: 'rolled-back' }, 'rolled back'],
    [{ state: 'CommitRelease', status: 'committed', foundDone: true }, 'the values file named the image already'],
    [{ state: 'SyncApplication', status: 'applied', foundDone: true }, 'Argo CD had applied it already'],
  ])('tells %o as %s', (progress, words) => {
    expect(progressLine(aProgress(progress), 0).split('dev/eu')[1]?.trim()).toBe(words);
  });
});

describe('commitDiff', () => {
  it('shows file, line, and the whole line before and after', () => {
    expect(commitDiff(aCommit())).toBe('  cccccccccccc\n  envs/dev/values.yaml\n  @@ line 6 @@\n  -  tag: "1.0.0"  # ours\n  +  tag: "1.1.0"  # ours');
  });

  it('shows a line that was added without one before it', () => {
    const changes = [{ file: 'values.yaml', path: 'image.tag', line: 2, before: '', after: '  tag: 1.1.0' }];
    expect(commitDiff(aCommit({ changes }))).toBe('  cccccccccccc\n  values.yaml\n  @@ line 2 @@\n  +  tag: 1.1.0');
  });

  it('names each file once', () => {
    const changes = aCommit().changes.flatMap((change) => [change, { ...change, line: 7 }]);
    expect(commitDiff(aCommit({ changes })).match(/envs\/dev\/values\.yaml/g)).toHaveLength(1);
  });

  it('says that the commit is from before a redrive, which had nothing to change', () => {
    expect(commitDiff(aCommit({ changes: [] }))).toBe('  cccccccccccc, by an earlier attempt of this deployment');
  });

  it('says why there is none', () => {
    expect(commitDiff(null)).toBe('  no commit');
    expect(commitDiff(aCommit({ revision: null, changes: [] }))).toBe('  no commit: the values were there already at cccccccccccc');
  });
});

describe('describeAttempt', () => {
  it('ends in the outcome with its cause', () => {
    expect(describeAttempt(KEY, aRelease(), anAttempt({ outcome: 'failed', cause: 'pod web-1: ImagePullBackOff' }))).toMatch(/\nOutcome: failed: pod web-1: ImagePullBackOff$/);
  });

  it('names who approved the release, and says nothing of approval where nobody was asked', () => {
    const { approvedBy, ...unasked } = anAttempt();
    expect(describeAttempt(KEY, aRelease(), anAttempt())).toContain(`\n\nApproval\n  by ${approvedBy}\n`);
    expect(describeAttempt(KEY, aRelease(), unasked)).not.toContain('Approval');
  });

  it('names the pull request by which the release came, where there was one', () => {
    const { pullRequest: _, ...committed } = anAttempt();
    expect(describeAttempt(KEY, aRelease(), anAttempt())).toContain('\n\nPull request\n  #7  https://git.example.com/team/config/pulls/7\n');
    expect(describeAttempt(KEY, aRelease(), committed)).not.toContain('Pull request');
  });

  it('shows each pod with its readiness and digest, and every warning', () => {
    const pods = [{ name: 'web-1', ready: true, digest: aDigest() }, { name: 'web-2', ready: false, digest: null }];
    const text = describeAttempt(KEY, aRelease(), anAttempt({ pods, warnings: ['digest unproven'] }));
    expect(text).toContain(`  Ready     web-1  ${aDigest()}\n  not Ready web-2  digest unknown\n  warning: digest unproven`);
  });

  it('says what came back in the place of a release that failed, by which commit, and how long that took', () => {
    const rollback = { tag: '1.0.0', digest: aDigest('b'), commit: aCommit({ revision: 'b'.repeat(40) }), took: 4_200 };
    const text = describeAttempt(KEY, aRelease(), anAttempt({ outcome: 'rolled-back', cause: 'pod web-1: OOMKilled', rollback }));
    expect(text).toContain(`Rollback\n  back to 1.0.0  ${aDigest('b')}  in 4.20 s\n  bbbbbbbbbbbb`);
    expect(describeAttempt(KEY, aRelease(), anAttempt({ outcome: 'failed', cause: 'both', rollback }))).toContain(`to 1.0.0  ${aDigest('b')}, which failed too`);
  });
});
