import { describe, expect, it } from 'vitest';
import { deploy, startDeploy, statesEntered, stepsOf, told } from './deploy-execution.ts';
import { answering, deploymentOf, ending, onlyFor, type Stub, type Stubs } from './deploy-stubs.ts';

const nothing = (status: string, reason: string): Stub => () => ({ status, reason, origin: null, targets: [] });

describe('a push with nothing to deploy', () => {
  it.each([
    ['ignored', 'tag latest is ignored'],
    ['superseded', 'tag 1.1.0 moved since the push'],
  ])('ends green when it is %s, with the reason as its output', async (status, reason) => {
    const deploying = await deploy({ ResolveRelease: nothing(status, reason) });
    expect(deploying.execution.progress).toMatchObject({ status: 'SUCCEEDED', output: { status, reason } });
    expect(statesEntered(deploying)).toEqual(['ResolveRelease', 'IsThereAnythingToDeploy', 'Ignored']);
  });

  it('ends green too when the release goes to no target', async () => {
    const deploying = await deploy({}, { targets: [] });
    expect(deploying.execution.progress).toMatchObject({ status: 'SUCCEEDED', output: { status: 'succeeded', conclusions: [] } });
    expect(stepsOf(deploying.calls)).toEqual(['ResolveRelease', 'ConcludeRelease']);
  });
});

describe('a deployment', () => {
  it('goes from the claim to Released, each step once', async () => {
    const deploying = await deploy();
    expect(deploying.execution.progress).toMatchObject({
      status: 'SUCCEEDED',
      output: { status: 'succeeded', conclusions: [{ target: 'inference-service/dev/eu', outcome: 'succeeded', cause: null }] },
    });
    expect(statesEntered(deploying)).toEqual([
      'ResolveRelease', 'IsThereAnythingToDeploy', 'DeployTargets',
      'BeginDeployment', 'NeedsApproval', 'ClaimTarget', 'IsClaimed', 'CheckAccess', 'CommitRelease', 'IsCommitted', 'SyncApplication', 'IsApplied', 'CheckRollout', 'IsRolledOut', 'ConcludeDeployment',
      'ConcludeRelease', 'IsReleased', 'Released',
    ]);
  });

  it('tells every step after the commit what was committed', async () => {
    const commit = { revision: 'f00', head: 'f00', url: null, changes: [] };
    const committing: Stub = ({ payload }) => ({ status: 'committed', deployment: { ...deploymentOf(payload), commit } });
    const { calls } = await deploy({ CommitRelease: committing });
    const knowing = calls.filter(({ payload, target }) => target !== '' && deploymentOf(payload)['commit'] !== undefined);
    expect(stepsOf(knowing)).toEqual(['SyncApplication', 'CheckRollout', 'ConcludeDeployment']);
  });

  it.each<[string, Stubs, string[], string]>([
    ['a newer release holds the claim', { ClaimTarget: answering('superseded') }, ['ClaimTarget'], 'superseded'],
    ['another execution deploys the same release', { ClaimTarget: answering('ignored') }, ['ClaimTarget'], 'ignored'],
    ['a newer release took the claim before the commit', { CommitRelease: answering('superseded') }, ['ClaimTarget', 'CheckAccess', 'CommitRelease'], 'superseded'],
    ['the tag moved', { CommitRelease: answering('failed') }, ['ClaimTarget', 'CheckAccess', 'CommitRelease'], 'failed'],
    ['our value is no longer on the branch', { SyncApplication: answering('superseded') }, ['ClaimTarget', 'CheckAccess', 'CommitRelease', 'SyncApplication'], 'superseded'],
    ['a hook of the sync fails and nothing is rolled back', { SyncApplication: answering('running', 'failed') }, ['ClaimTarget', 'CheckAccess', 'CommitRelease', 'SyncApplication', 'SyncApplication', 'RollBack'], 'failed'],
    ['the new pods crash and nothing is rolled back', { CheckRollout: answering('running', 'failed') }, ['ClaimTarget', 'CheckAccess', 'CommitRelease', 'SyncApplication', 'CheckRollout', 'CheckRollout', 'RollBack'], 'failed'],
    ['a newer release took the claim during the rollout', { CheckRollout: answering('superseded') }, ['ClaimTarget', 'CheckAccess', 'CommitRelease', 'SyncApplication', 'CheckRollout'], 'superseded'],
    ['the smoke check fails and nothing is rolled back', { CheckRollout: answering('ready'), VerifyRelease: answering('failed') }, ['ClaimTarget', 'CheckAccess', 'CommitRelease', 'SyncApplication', 'CheckRollout', 'VerifyRelease', 'RollBack'], 'failed'],
    ['the smoke check passes', { CheckRollout: answering('ready') }, ['ClaimTarget', 'CheckAccess', 'CommitRelease', 'SyncApplication', 'CheckRollout', 'VerifyRelease'], 'succeeded'],
  ])('is concluded without a further step when %s', async (_, stubs, steps, status) => {
    const deploying = await deploy(stubs);
    expect(stepsOf(deploying.calls, 'dev/eu')).toEqual([...steps, 'ConcludeDeployment']);
    expect(told(deploying)).toEqual({ 'dev/eu': { status, trouble: null } });
    expect(deploying.execution.progress.status).toBe(status === 'failed' ? 'FAILED' : 'SUCCEEDED');
  });

  it.each<[string, Stubs, number]>([
    ['SyncApplication', { SyncApplication: answering('running', 'running', 'applied') }, 3],
    ['CheckRollout', { CheckRollout: answering('running', 'running', 'running', 'succeeded') }, 4],
    ['VerifyRelease', { CheckRollout: answering('ready'), VerifyRelease: answering('running', 'succeeded') }, 2],
  ])('enters %s again for as long as it answers running', async (step, stubs, laps) => {
    const deploying = await deploy(stubs);
    expect(stepsOf(deploying.calls).filter((one) => one === step)).toHaveLength(laps);
    expect(deploying.execution.progress.status).toBe('SUCCEEDED');
  });

  it('never goes onwards on a status that the definition does not name', async () => {
    const deploying = await deploy({ CommitRelease: answering('surprised') });
    expect(stepsOf(deploying.calls, 'dev/eu')).toEqual(['ClaimTarget', 'CheckAccess', 'CommitRelease', 'ConcludeDeployment']);
    expect(deploying.execution.progress).toMatchObject({ status: 'FAILED', error: 'DeploymentFailed' });
  });
});

describe('a release with several targets', () => {
  const targets = ['dev/eu', 'dev/us', 'dev/ap'];

  it('goes on with the others when one fails, and then fails with the words of that one', async () => {
    const deploying = await deploy({ CheckRollout: onlyFor('dev/us', ending('failed', 'pod web-7f9: ImagePullBackOff: 403 from registry')) }, { targets });
    const { status, error, cause } = deploying.execution.progress;
    expect({ status, error }).toEqual({ status: 'FAILED', error: 'DeploymentFailed' });
    expect(cause).toContain('1 of 3 targets did not get the release. inference-service/dev/us failed: pod web-7f9: ImagePullBackOff: 403 from registry');
    expect(told(deploying)).toMatchObject({ 'dev/eu': { status: 'succeeded' }, 'dev/us': { status: 'failed' }, 'dev/ap': { status: 'succeeded' } });
  });

  it('keeps the deployments apart: no target sees what another one learned', async () => {
    const committing: Stub = ({ payload, target }) => ({ status: 'committed', deployment: { ...deploymentOf(payload), cause: target } });
    const { calls } = await deploy({ CommitRelease: committing }, { targets });
    const synced = calls.filter(({ step }) => step === 'SyncApplication');
    expect(synced).toHaveLength(3);
    expect(synced.filter(({ payload, target }) => deploymentOf(payload)['cause'] !== target)).toEqual([]);
  });

  it('works on at most 40 targets at once, and on all of them in the end', async () => {
    let [running, most] = [0, 0];
    const counting: Stub = async ({ payload }, sleep) => {
      most = Math.max(most, ++running);
      await sleep(10);
      running--;
      return { status: 'claimed', deployment: payload['deployment'] };
    };
    const many = Array.from({ length: 45 }, (_, index) => `dev/cluster-${index}`);
    const deploying = await deploy({ ClaimTarget: counting }, { targets: many });
    expect(most).toBe(40);
    expect(Object.keys(told(deploying)).sort()).toEqual(many.toSorted());
    expect(deploying.execution.progress.status).toBe('SUCCEEDED');
  });
});

describe('an execution that is stopped', () => {
  it('ends at once, whatever a step is watching', async () => {
    const deploying = startDeploy({ CheckRollout: async (_, sleep) => sleep(240) });
    await deploying.clock.sleep(5000);
    await deploying.execution.stop({ error: 'Enough', cause: 'by hand' });
    expect(deploying.execution.progress).toMatchObject({ status: 'ABORTED', error: 'Enough' });
    expect(stepsOf(deploying.calls).at(-1)).toBe('CheckRollout');
  });
});
