import { describe, expect, it } from 'vitest';
import { type Deploying, deploy, redrive, startDeploy, statesEntered, stepsOf, told } from './deploy-execution.ts';
import { answering, APPROVED, deploymentOf, ending, found, type Stub, type Stubs, throwing } from './deploy-stubs.ts';

const HOUR = 3600;

/** The environment of the one target gives a person an hour. */
const asking = (AwaitApproval: Stub, stubs: Stubs = {}): Stubs => ({ ResolveRelease: () => found(['dev/eu'], HOUR), AwaitApproval, ...stubs });

/** What ConcludeDeployment reads of the deployment, with the status. */
function concluded({ calls }: Deploying): { status: unknown; cause: unknown; approved: unknown } {
  const payload = calls.findLast(({ step }) => step === 'ConcludeDeployment')?.payload ?? {};
  const { cause, marks } = deploymentOf(payload) as { cause?: string; marks: { approved?: string } };
  return { status: payload['status'], cause, approved: marks.approved };
}

describe('a release that a person must approve', () => {
  it('is put before a person before it is claimed, and then goes its way, with the time of the answer', async () => {
    const deploying = await deploy(asking(() => APPROVED));
    expect(statesEntered(deploying).slice(3, 8)).toEqual(['BeginDeployment', 'NeedsApproval', 'AwaitApproval', 'IsApproved', 'ClaimTarget']);
    expect(deploying.calls.find(({ step }) => step === 'ClaimTarget')?.at).toBe(30);
    expect(deploying.execution.progress.status).toBe('SUCCEEDED');
    expect(concluded(deploying)).toEqual({ status: 'succeeded', cause: undefined, approved: APPROVED.at });
  });

  it('carries who approved it to its record, and nobody where the answer names none', async () => {
    const { by, ...unnamed } = APPROVED;
    const approverOf = async (answer: object) => {
      const { calls } = await deploy(asking(() => answer));
      return deploymentOf(calls.findLast(({ step }) => step === 'ConcludeDeployment')?.payload ?? {})['approvedBy'];
    };
    expect(await approverOf(APPROVED)).toBe(by);
    expect(await approverOf(unnamed)).toBeUndefined();
  });

  it('keeps the marks that it had, beside that of the approval', async () => {
    const { calls } = await deploy(asking(() => APPROVED));
    const marksOf = (step: string) => deploymentOf(calls.find((call) => call.step === step)?.payload ?? {})['marks'];
    expect(marksOf('ClaimTarget')).toEqual({ ...(marksOf('AwaitApproval') as object), approved: APPROVED.at });
  });

  const by = 'arn:aws:iam::111122223333:user/ada';

  it.each<[string, object, string]>([
    ['was rejected', { status: 'rejected', by, at: APPROVED.at }, `rejected by ${by}`],
    ['was rejected with a reason', { status: 'rejected', by, reason: 'not on a Friday', at: APPROVED.at }, `rejected by ${by}: not on a Friday`],
    ['was overtaken by a newer release', { status: 'superseded', reason: 'superseded by 1.2.0' }, 'superseded by 1.2.0'],
    ['waits already in another execution', { status: 'ignored', reason: 'already waits for approval in one' }, 'already waits for approval in one'],
  ])('is concluded at once, green and in words, when it %s', async (_, answer, cause) => {
    const deploying = await deploy(asking(() => answer));
    expect(stepsOf(deploying.calls, 'dev/eu')).toEqual(['AwaitApproval', 'ConcludeDeployment']);
    expect(concluded(deploying)).toEqual({ status: 'status' in answer ? answer.status : '', cause, approved: undefined });
    expect(deploying.execution.progress.status).toBe('SUCCEEDED');
  });

  it('is rejected when nobody answers in time, and says until when', async () => {
    const deploying = await deploy(asking(() => null));
    expect(concluded(deploying)).toEqual({ status: 'rejected', cause: 'nobody answered by 2026-01-01T01:00:00.000Z', approved: undefined });
    expect(stepsOf(deploying.calls, 'dev/eu')).toEqual(['AwaitApproval', 'ConcludeDeployment']);
    expect(deploying.execution.progress).toMatchObject({ status: 'SUCCEEDED', output: { conclusions: [{ outcome: 'rejected', cause: 'nobody answered by 2026-01-01T01:00:00.000Z' }] } });
  });

  it('waits with a token of its own, which no other attempt has', async () => {
    const { calls } = await deploy(asking(throwing('UnavailableError', { times: 2, after: () => APPROVED })));
    const tokens = calls.filter(({ step }) => step === 'AwaitApproval').map(({ payload }) => payload['token']);
    expect(tokens).toHaveLength(3);
    expect(new Set(tokens).size).toBe(3);
  });

  it('is errored when the question cannot be put', async () => {
    const deploying = await deploy(asking(throwing('ForbiddenError', { message: 'may not write the table' })));
    expect(told(deploying)['dev/eu']).toMatchObject({ status: 'errored', trouble: { error: 'ForbiddenError' } });
    expect(deploying.execution.progress).toMatchObject({ status: 'FAILED', error: 'DeploymentFailed' });
  });

  it('is asked for again when an execution that was stopped in its wait is redriven, with the whole time and another token', async () => {
    const deploying = startDeploy(asking(() => null));
    await deploying.clock.sleep(600_000);
    await deploying.execution.stop();
    const again = await redrive(deploying);
    expect(stepsOf(again)).toEqual(['AwaitApproval', 'ConcludeDeployment', 'ConcludeRelease']);
    expect(again[0]?.payload['token']).not.toBe(deploying.calls.find(({ step }) => step === 'AwaitApproval')?.payload['token']);
    // Stopped after ten minutes, redriven a minute later.
    expect(concluded(deploying).cause).toBe('nobody answered by 2026-01-01T01:11:00.000Z');
  });

  it('is asked for again when a failed execution is redriven: the second go is a decision too', async () => {
    const deploying = await deploy(asking(() => APPROVED, { CheckRollout: ({ earlier, ...call }, sleep) => (earlier === 0 ? ending('failed', 'crash loop') : answering('succeeded'))({ earlier, ...call }, sleep) }));
    expect(deploying.execution.progress.status).toBe('FAILED');
    expect(stepsOf(await redrive(deploying)).slice(0, 3)).toEqual(['ConcludeRelease', 'AwaitApproval', 'ClaimTarget']);
    expect(deploying.execution.progress.status).toBe('SUCCEEDED');
  });
});
