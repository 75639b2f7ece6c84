import { describe, expect, it } from 'vitest';
import { type Deploying, deploy, redrive, startDeploy, statesEntered, stepsOf, told } from './deploy-execution.ts';
import { deploymentOf, MERGED, proposing, type Stub, type Stubs, throwing } from './deploy-stubs.ts';

/** The environment gives whoever merges an hour. */
const waiting = (AwaitMerge: Stub, stubs: Stubs = {}): Stubs => ({ CommitRelease: proposing, AwaitMerge, ...stubs });

/** What ConcludeDeployment reads of the deployment, with the status. */
function concluded({ calls }: Deploying): { status: unknown; cause: unknown; merged: unknown } {
  const payload = calls.findLast(({ step }) => step === 'ConcludeDeployment')?.payload ?? {};
  const { cause, marks } = deploymentOf(payload) as { cause?: string; marks: { merged?: string } };
  return { status: payload['status'], cause, merged: marks.merged };
}

const TOO_LATE = 'nobody merged pull request #7 by 2026-01-01T01:00:00.000Z: https://git.example.com/team/config/pulls/7';

describe('a release that is proposed', () => {
  it('waits for the merge, reads the branch again, and goes its way with the time of the merge', async () => {
    const deploying = await deploy(waiting(() => MERGED));
    expect(statesEntered(deploying).slice(7, 15)).toEqual(['CheckAccess', 'CommitRelease', 'IsCommitted', 'AwaitMerge', 'IsMerged', 'CommitRelease', 'IsCommitted', 'SyncApplication']);
    expect(deploying.calls.findLast(({ step }) => step === 'CommitRelease')?.at).toBe(30);
    expect(deploying.execution.progress.status).toBe('SUCCEEDED');
    expect(concluded(deploying)).toEqual({ status: 'succeeded', cause: undefined, merged: MERGED.at });
  });

  it('keeps the marks that it had, beside that of the merge', async () => {
    const { calls } = await deploy(waiting(() => MERGED));
    const marksOf = (step: string) => deploymentOf(calls.find((call) => call.step === step)?.payload ?? {})['marks'];
    expect(marksOf('SyncApplication')).toEqual({ ...(marksOf('AwaitMerge') as object), merged: MERGED.at });
  });

  it.each<[string, { status: string; cause: string }]>([
    ['its pull request was closed', { status: 'rejected', cause: 'pull request #7 was closed by ada' }],
    ['a newer release has taken its pull request over', { status: 'superseded', cause: 'superseded by 1.2.0' }],
  ])('is concluded at once, green and in words, when %s', async (_, answer) => {
    const deploying = await deploy(waiting(() => answer));
    expect(stepsOf(deploying.calls, 'dev/eu').slice(-2)).toEqual(['AwaitMerge', 'ConcludeDeployment']);
    expect(concluded(deploying)).toEqual({ ...answer, merged: undefined });
    expect(deploying.execution.progress.status).toBe('SUCCEEDED');
  });

  it('is rejected when nobody merges it in time, and says which one and until when', async () => {
    const deploying = await deploy(waiting(() => null));
    expect(concluded(deploying)).toEqual({ status: 'rejected', cause: TOO_LATE, merged: undefined });
    expect(deploying.execution.progress).toMatchObject({ status: 'SUCCEEDED', output: { conclusions: [{ outcome: 'rejected', cause: TOO_LATE }] } });
  });

  it('is errored when its pull request cannot be looked at', async () => {
    const deploying = await deploy(waiting(throwing('ForbiddenError', { message: 'may not read pull requests' })));
    expect(told(deploying)['dev/eu']).toMatchObject({ status: 'errored', trouble: { error: 'ForbiddenError' } });
    expect(deploying.execution.progress).toMatchObject({ status: 'FAILED', error: 'DeploymentFailed' });
  });

  it('waits again when an execution that was stopped in its wait is redriven, with the whole time and another token', async () => {
    const deploying = startDeploy(waiting(() => null));
    await deploying.clock.sleep(600_000);
    await deploying.execution.stop();
    const again = await redrive(deploying);
    expect(stepsOf(again)).toEqual(['AwaitMerge', 'ConcludeDeployment', 'ConcludeRelease']);
    expect(again[0]?.payload['token']).not.toBe(deploying.calls.find(({ step }) => step === 'AwaitMerge')?.payload['token']);
    // Stopped after ten minutes, redriven a minute later.
    expect(concluded(deploying).cause).toContain('by 2026-01-01T01:11:00.000Z');
  });
});
