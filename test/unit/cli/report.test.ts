import type { DescribeExecutionOutput } from '@aws-sdk/client-sfn';
import { describe, expect, it } from 'vitest';
import { describeReport } from '../../../cli/output/report.ts';
import { readReport } from '../../../cli/report.ts';
import { createMemoryRecordStore } from '../../../src/adapters/memory/record-store.ts';
import type { Attempt } from '../../../src/ports/deployment-store.ts';
import { anAttempt } from '../../support/attempt.ts';
import { aRelease } from '../../support/release.ts';

const ARN = 'arn:aws:states:eu-central-1:111122223333:execution:slipway-dev-deploy:one';
const EU = { service: 'inference-service', environment: 'dev', target: 'eu' };
const US = { ...EU, target: 'us' };
const COMMIT = { revision: 'c'.repeat(40), head: 'c'.repeat(40), url: 'https://git.example.com/c', changes: [] };

/** The report on an execution that ended so, with what it left in the records of its targets. */
async function reportOn(execution: Partial<DescribeExecutionOutput>, ...attempts: readonly (readonly [typeof EU, Partial<Attempt>])[]) {
  const records = createMemoryRecordStore();
  for (const [key, attempt] of attempts) await records.record(key, aRelease(), anAttempt({ execution: ARN, ...attempt }));
  return readReport(records, { execution: { executionArn: ARN, ...execution } as DescribeExecutionOutput, targets: [EU, US] });
}

describe('readReport', () => {
  it('has exactly the members that --json promises', async () => {
    const { summary } = await reportOn({ status: 'SUCCEEDED' }, [EU, { commit: COMMIT, pods: [{ name: 'web-1', ready: true, digest: null }] }]);
    expect(Object.keys(summary).sort()).toEqual(['cause', 'commit', 'execution', 'outcome', 'pods', 'timings']);
    expect(summary).toMatchObject({ outcome: 'succeeded', cause: null, commit: { sha: COMMIT.revision, url: COMMIT.url }, execution: ARN });
    expect(Object.keys(summary.commit ?? {})).toEqual(['sha', 'url']);
    expect(Object.keys(summary.pods[0] ?? {})).toEqual(['name', 'ready', 'digest']);
  });

  it('has no commit where the values were there already', async () => {
    const { summary } = await reportOn({ status: 'SUCCEEDED' }, [EU, { commit: { ...COMMIT, revision: null } }]);
    expect(summary.commit).toBeNull();
  });

  it('sums several targets up as the worst of them, and keeps each', async () => {
    const { summary, attempts } = await reportOn({ status: 'FAILED' }, [EU, { outcome: 'succeeded' }], [US, { outcome: 'failed', cause: 'pod web-1: ImagePullBackOff' }]);
    expect(summary).toMatchObject({ outcome: 'failed', cause: 'pod web-1: ImagePullBackOff' });
    expect(attempts.map(({ key, attempt }) => [key.target, attempt.outcome])).toEqual([['eu', 'succeeded'], ['us', 'failed']]);
    expect(describeReport({ summary, attempts })).toMatch(/dev\/eu[^]+Outcome: succeeded\n\n\n[^]+dev\/us[^]+Outcome: failed: pod web-1: ImagePullBackOff$/);
  });

  it('takes the attempt after a redrive, and none of another execution', async () => {
    const { summary } = await reportOn({ status: 'SUCCEEDED' }, [EU, { outcome: 'failed', generation: 1 }], [EU, { outcome: 'succeeded', generation: 2 }], [US, { execution: 'arn:other', outcome: 'errored' }]);
    expect(summary.outcome).toBe('succeeded');
  });

  it('is errored where the execution failed after the record: nobody was told of the success', async () => {
    const { summary } = await reportOn({ status: 'FAILED', error: 'DeploymentFailed', cause: JSON.stringify({ errorMessage: 'its conclusion could not be recorded' }) }, [EU, { outcome: 'succeeded' }]);
    expect(summary).toMatchObject({ outcome: 'errored', cause: 'its conclusion could not be recorded', timings: anAttempt().timings });
  });

  it('counts a rollback as the end of its deployment, worse than a rejection', async () => {
    const { summary } = await reportOn({ status: 'FAILED', error: 'DeploymentFailed' }, [EU, { outcome: 'rejected', cause: 'rejected by arn:alice' }], [US, { outcome: 'rolled-back', cause: 'pod web-1: OOMKilled' }]);
    expect(summary).toMatchObject({ outcome: 'rolled-back', cause: 'pod web-1: OOMKilled' });
  });

  it('gives the reason of an execution that had nothing to deploy', async () => {
    const { summary, attempts } = await reportOn({ status: 'SUCCEEDED', output: JSON.stringify({ status: 'ignored', reason: 'tag latest is ignored' }) });
    expect(summary).toMatchObject({ outcome: 'ignored', cause: 'tag latest is ignored', pods: [], commit: null });
    expect(describeReport({ summary, attempts })).toBe('Outcome: ignored: tag latest is ignored');
  });

  it('takes the conclusion of a target that left no record', async () => {
    const conclusion = { target: 'inference-service/dev/eu', outcome: 'ignored', cause: 'being deployed by another execution', timings: null };
    expect((await reportOn({ status: 'SUCCEEDED', output: JSON.stringify({ status: 'succeeded', conclusions: [conclusion] }) })).summary).toMatchObject({ outcome: 'ignored', cause: 'being deployed by another execution' });
  });

  it.each([
    ['a Lambda error', { error: 'ConfigurationError', cause: JSON.stringify({ errorMessage: 'No environment is named prod.' }) }, 'No environment is named prod.'],
    ['plain text', { error: 'States.Runtime', cause: 'The history is full.' }, 'The history is full.'],
    ['an error without a cause', { error: 'States.Timeout' }, 'States.Timeout'],
    ['nothing at all', {}, 'execution ABORTED'],
  ])('counts an execution that ended with %s as errored', async (_, ended, cause) => {
    expect((await reportOn({ status: 'ABORTED', ...ended })).summary).toMatchObject({ outcome: 'errored', cause });
  });
});
