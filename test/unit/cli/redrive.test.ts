import { describe, expect, it } from 'vitest';
import { concernsService, deployCommand, readExecutionInput } from '../../../cli/execution/execution-input.ts';
import type { Progress } from '../../../cli/execution/progress.ts';
import { redriveObstacle } from '../../../cli/execution/redrive-obstacle.ts';
import { skippedSteps } from '../../../cli/execution/skipped-steps.ts';
import { describeSkipped } from '../../../cli/output/skipped.ts';
import { aService } from '../../support/service.ts';

const DEPLOY = 'slipway deploy inference-service --tag 1.1.0 --stage prod';
const ENDED = new Date('2026-01-02T03:04:05.000Z');
const DAY = 24 * 3600 * 1000;

describe('redriveObstacle', () => {
  const obstacle = (execution: Partial<Parameters<typeof redriveObstacle>[0]>, afterDays = 1) =>
    redriveObstacle({ executionArn: 'arn:one', status: 'FAILED', stopDate: ENDED, redriveStatus: 'REDRIVABLE', ...execution }, DEPLOY, ENDED.getTime() + afterDays * DAY);

  it.each(['FAILED', 'ABORTED', 'TIMED_OUT'] as const)('lets an execution go on that %s', (status) => {
    expect(obstacle({ status })).toBeNull();
  });

  it('lets it go on for fourteen days, and says afterwards how to start anew', () => {
    expect(obstacle({ status: 'FAILED' }, 14)).toBeNull();
    expect(obstacle({ status: 'FAILED', redriveStatus: 'NOT_REDRIVABLE' }, 14.1)).toBe(`Execution arn:one ended at 2026-01-02T03:04:05.000Z, and AWS redrives for 14 days; \`${DEPLOY}\` starts a new one.`);
  });

  it('has nothing to do for one that succeeded or runs', () => {
    expect(obstacle({ status: 'SUCCEEDED' })).toBe(`Execution arn:one succeeded, so there is nothing to redrive; \`${DEPLOY}\` deploys it again.`);
    expect(obstacle({ status: 'RUNNING' })).toBe('Execution arn:one is still running, so there is nothing to redrive; wait for its end, or stop it first.');
  });

  it('gives the reason of AWS where AWS refuses', () => {
    expect(obstacle({ status: 'FAILED', redriveStatus: 'NOT_REDRIVABLE', redriveStatusReason: 'Execution history event limit exceeded' })).toBe(
      `Execution arn:one can't be redriven: Execution history event limit exceeded; \`${DEPLOY}\` starts a new one.`,
    );
  });
});

describe('the input of an execution', () => {
  const push = { source: 'aws.ecr', account: '111122223333', region: 'eu-central-1', detail: { 'repository-name': 'inference-service', 'image-tag': '1.1.0', 'image-digest': 'sha256:a' } };
  const promotion = { source: 'slipway', detail: { service: 'inference-service', environment: 'dev', release: { tag: '1.1.0', digest: 'sha256:a' } } };
  const byHand = { service: 'inference-service', environment: 'prod', target: 'eu', tag: '1.1.0', by: 'arn:alice' };
  const byDigest = { service: 'inference-service', digest: 'sha256:a' };
  const next = { trigger: 'next', service: 'inference-service', environment: 'prod', target: 'eu', tag: '1.1.0', digest: 'sha256:a', releasedAt: ENDED.toISOString() };

  it.each([
    ['a push', push, 'slipway deploy inference-service --tag 1.1.0 --stage prod'],
    ['a promotion', promotion, 'slipway deploy inference-service --tag 1.1.0 --stage prod'],
    ['a request by hand', byHand, 'slipway deploy inference-service --tag 1.1.0 --environment prod --target eu --stage prod'],
    ['a digest by hand', byDigest, 'slipway deploy inference-service --digest sha256:a --stage prod'],
    ['a release that waited', next, 'slipway deploy inference-service --tag 1.1.0 --environment prod --target eu --stage prod'],
  ])('says of %s which service it is about, and how to start it anew', (_, input, command) => {
    const read = readExecutionInput(JSON.stringify(input));
    expect(concernsService(read, aService())).toBe(true);
    expect(concernsService(read, aService({ name: 'other', repository: { ...aService().repository, name: 'other' } }))).toBe(false);
    expect(deployCommand(read, 'inference-service', 'prod')).toBe(command);
  });

  it('takes a repository of another registry for another', () => {
    expect(concernsService(readExecutionInput(JSON.stringify({ ...push, region: 'us-east-1' })), aService())).toBe(false);
  });

  it.each([undefined, '{}', 'null', 'no JSON', '[1]'])('says nothing of %s', (text) => {
    const read = readExecutionInput(text);
    expect(read).toBeNull();
    expect(concernsService(read, aService())).toBe(false);
    expect(deployCommand(read, null, 'prod')).toBe('slipway deploy SERVICE --tag TAG --stage prod');
  });
});

describe('skippedSteps', () => {
  const step = (state: string, target: string | null, status: string, foundDone = false): Progress => ({ at: ENDED, state, target, status, detail: null, foundDone });
  const before = [
    step('ResolveRelease', null, 'found'),
    step('CommitRelease', 'dev/eu', 'committed'),
    step('CommitRelease', 'dev/us', 'committed'),
    step('SyncApplication', 'dev/us', 'retrying'),
    step('SyncApplication', 'dev/us', 'errored'),
    step('SyncApplication', 'dev/eu', 'running'),
    step('SyncApplication', 'dev/eu', 'applied'),
    step('CheckRollout', 'dev/eu', 'succeeded'),
    step('ConcludeDeployment', 'dev/eu', 'succeeded'),
    step('ConcludeDeployment', 'dev/us', 'errored'),
    step('ConcludeRelease', null, 'failed'),
  ];

  it('names what was done before and not entered again, and what was entered and found done', () => {
    const since = [step('ConcludeRelease', null, 'again'), step('CommitRelease', 'dev/us', 'committed', true), step('SyncApplication', 'dev/us', 'applied'), step('ConcludeDeployment', 'dev/us', 'succeeded')];
    const skipped = skippedSteps(before, since);
    expect(skipped).toEqual([
      { state: 'ResolveRelease', target: null },
      { state: 'CommitRelease', target: 'dev/eu' },
      { state: 'SyncApplication', target: 'dev/eu' },
      { state: 'CheckRollout', target: 'dev/eu' },
      { state: 'CommitRelease', target: 'dev/us' },
    ]);
    expect(describeSkipped(skipped)).toBe('Skipped, since it was done before\n  all targets ResolveRelease\n  dev/eu      CommitRelease, SyncApplication, CheckRollout\n  dev/us      CommitRelease');
  });

  it('has nothing to name where the first step failed', () => {
    const skipped = skippedSteps([step('ResolveRelease', null, 'failed')], [step('ResolveRelease', null, 'found')]);
    expect(skipped).toEqual([]);
    expect(describeSkipped(skipped)).toBe('Nothing was done before: every step ran again.');
  });
});
