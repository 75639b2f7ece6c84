import { describe, expect, it } from 'vitest';
import { deploy, redrive, startDeploy, statesEntered, stepsOf, told } from './deploy-execution.ts';
import { answering, deploymentOf, ending, type Stub, type Stubs, taking, TARGET_STEPS, throwing, turningRound } from './deploy-stubs.ts';

const TO_THE_SYNC = TARGET_STEPS.slice(0, 4);

/** Fails the release with that cause; on the way back it does so. */
const failingThen = (...statuses: string[]): Stub => (call, sleep) =>
  (call.earlier === 0 ? ending('failed', 'pod web-7f9: CrashLoopBackOff') : answering(...statuses))({ ...call, earlier: call.earlier - 1 }, sleep);

const ROLLED_BACK: Stubs = { CheckRollout: failingThen('succeeded'), RollBack: turningRound };

describe('a release that failed', () => {
  it('is rolled back: the previous one is synced and watched like any other, and the first cause is kept', async () => {
    const deploying = await deploy(ROLLED_BACK);
    expect(stepsOf(deploying.calls, 'dev/eu')).toEqual([...TO_THE_SYNC, 'CheckRollout', 'RollBack', 'SyncApplication', 'CheckRollout', 'ConcludeDeployment']);
    expect(statesEntered(deploying).slice(13, 18)).toEqual(['IsRolledOut', 'RollBack', 'IsTurnedRound', 'SyncApplication', 'IsApplied']);
    const { status, error, cause } = deploying.execution.progress;
    expect({ status, error }).toEqual({ status: 'FAILED', error: 'DeploymentFailed' });
    expect(cause).toContain('inference-service/dev/eu rolled-back: pod web-7f9: CrashLoopBackOff');
  });

  it.each<[string, Stubs, string[]]>([
    ['the sync', { SyncApplication: failingThen('applied') }, [...TO_THE_SYNC, 'RollBack', 'SyncApplication', 'CheckRollout']],
    ['the rollout', { CheckRollout: failingThen('succeeded') }, [...TO_THE_SYNC, 'CheckRollout', 'RollBack', 'SyncApplication', 'CheckRollout']],
    ['its verification', { CheckRollout: answering('ready'), VerifyRelease: failingThen('succeeded') }, [...TO_THE_SYNC, 'CheckRollout', 'VerifyRelease', 'RollBack', 'SyncApplication', 'CheckRollout', 'VerifyRelease']],
  ])('in %s goes back from there', async (_, stubs, steps) => {
    const deploying = await deploy({ ...stubs, RollBack: turningRound });
    expect(stepsOf(deploying.calls, 'dev/eu')).toEqual([...steps, 'ConcludeDeployment']);
    expect(deploying.execution.progress.cause).toContain('inference-service/dev/eu rolled-back: pod web-7f9: CrashLoopBackOff');
  });

  it.each<[string, Stubs, string[]]>([
    ['the sync', { SyncApplication: failingThen('failed') }, ['SyncApplication', 'RollBack', 'SyncApplication']],
    ['the rollout', { CheckRollout: failingThen('running', 'failed') }, ['SyncApplication', 'CheckRollout', 'RollBack', 'SyncApplication', 'CheckRollout', 'CheckRollout']],
    ['its verification', { CheckRollout: answering('ready'), VerifyRelease: failingThen('failed') }, ['SyncApplication', 'CheckRollout', 'VerifyRelease', 'RollBack', 'SyncApplication', 'CheckRollout', 'VerifyRelease']],
  ])('is rolled back once: one that fails on the way back too, in %s, is concluded as failed', async (_, stubs, steps) => {
    const deploying = await deploy({ ...stubs, RollBack: turningRound });
    expect(stepsOf(deploying.calls, 'dev/eu').slice(3)).toEqual([...steps, 'ConcludeDeployment']);
    expect(told(deploying)['dev/eu']).toEqual({ status: 'failed', trouble: null });
    expect(deploying.execution.progress.cause).toContain('inference-service/dev/eu failed: pod web-7f9: CrashLoopBackOff');
  });

  it.each(['failed', 'superseded'])('is concluded when RollBack answers %s', async (status) => {
    const deploying = await deploy({ CheckRollout: failingThen('succeeded'), RollBack: answering(status) });
    expect(stepsOf(deploying.calls, 'dev/eu').slice(5)).toEqual(['RollBack', 'ConcludeDeployment']);
    expect(told(deploying)['dev/eu']).toEqual({ status, trouble: null });
  });

  it('stays failed when it cannot be rolled back, with the trouble beside its cause', async () => {
    const deploying = await deploy({ ...ROLLED_BACK, RollBack: throwing('UnauthorizedError', { message: 'The Git host refused the password.' }) });
    expect(stepsOf(deploying.calls, 'dev/eu').slice(5)).toEqual(['RollBack', 'ConcludeDeployment']);
    expect(told(deploying)['dev/eu']).toMatchObject({ status: 'failed', trouble: { error: 'UnauthorizedError' } });
    expect(deploying.execution.progress.cause).toMatch(/dev\/eu failed: pod web-7f9: CrashLoopBackOff; .*not rolled back.*The Git host refused the password\./);
  });

  it('is rolled back after all when what RollBack asks comes back within its retries', async () => {
    const deploying = await deploy({ ...ROLLED_BACK, RollBack: throwing('UnavailableError', { times: 3, after: turningRound }) });
    expect(stepsOf(deploying.calls).filter((step) => step === 'RollBack')).toHaveLength(4);
    expect(deploying.execution.progress.cause).toContain('inference-service/dev/eu rolled-back');
  });

  it.each<[string, Stubs]>([
    ['was errored: an expired token must never roll back a good release', { CheckRollout: throwing('UnauthorizedError') }],
    ['failed before anything was committed', { CommitRelease: answering('failed') }],
    ['was superseded', { CheckRollout: answering('superseded') }],
  ])('is not rolled back when it %s', async (_, stubs) => {
    const deploying = await deploy({ ...stubs, RollBack: turningRound });
    expect(stepsOf(deploying.calls)).not.toContain('RollBack');
  });
});

describe('a redrive', () => {
  it('of a release that was rolled back begins with the original deployment, and may succeed', async () => {
    const deploying = await deploy({ ...ROLLED_BACK, CheckRollout: failingThen('succeeded', 'succeeded') });
    expect(deploying.execution.progress.status).toBe('FAILED');
    const again = await redrive(deploying);
    expect(stepsOf(again)).toEqual(['ConcludeRelease', ...TARGET_STEPS.slice(0, 5), 'ConcludeDeployment', 'ConcludeRelease']);
    const first = deploying.calls.find(({ step }) => step === 'ClaimTarget');
    expect(again.find(({ step }) => step === 'ClaimTarget')?.payload['deployment']).toEqual(first?.payload['deployment']);
    expect(deploying.execution.progress).toMatchObject({ status: 'SUCCEEDED', output: { conclusions: [{ outcome: 'succeeded' }] } });
  });

  it('of a release that fails again is rolled back again', async () => {
    const alwaysFailing: Stub = (call, sleep) => ('rollback' in deploymentOf(call.payload) ? answering('succeeded') : ending('failed', 'crash loop'))(call, sleep);
    const deploying = await deploy({ CheckRollout: alwaysFailing, RollBack: turningRound });
    expect(stepsOf(await redrive(deploying)).filter((step) => step === 'RollBack')).toHaveLength(1);
    expect(deploying.execution.progress.cause).toContain('inference-service/dev/eu rolled-back: crash loop');
  });

  it('of an execution that was stopped on the way back goes on with the way back', async () => {
    const held: Stub = (call, sleep) => (call.earlier === 1 ? taking(240) : answering('applied'))(call, sleep);
    const deploying = startDeploy({ ...ROLLED_BACK, SyncApplication: held });
    await deploying.clock.sleep(100_000);
    await deploying.execution.stop();
    const again = await redrive(deploying);
    expect(stepsOf(again)).toEqual(['SyncApplication', 'CheckRollout', 'ConcludeDeployment', 'ConcludeRelease']);
    expect(deploymentOf(again[0]?.payload ?? {})).toHaveProperty('rollback');
    // Nobody has asked for the release since it was rolled back.
    expect(deploying.execution.progress).toMatchObject({ status: 'FAILED', cause: expect.stringContaining('inference-service/dev/eu rolled-back') as string });
  });
});
