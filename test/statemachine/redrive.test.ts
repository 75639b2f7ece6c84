import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../sandbox/aws/states/engine/json.ts';
import { deploy, redrive, startDeploy, statesEntered, stepsOf, told } from './deploy-execution.ts';
import { answering, type Call, deploymentOf, ending, onlyFor, type Stub, TARGET_STEPS, taking } from './deploy-stubs.ts';

const TARGETS = ['dev/eu', 'dev/us', 'dev/ap'];
const WITHOUT_VERIFY = TARGET_STEPS.slice(0, 5);

/** Fails the first rollout of that target, and no later one. */
const failingOnce = (target: string): Stub => onlyFor(target, (call, sleep) => (call.earlier === 0 ? ending('failed', 'crash loop') : answering('succeeded'))(call, sleep));

describe('a redrive of a release that failed', () => {
  it('runs the unfinished target from its claim to Released, and touches no other', async () => {
    const deploying = await deploy({ CheckRollout: failingOnce('dev/us') }, { targets: TARGETS });
    expect(deploying.execution.progress.status).toBe('FAILED');
    const again = await redrive(deploying);
    expect(stepsOf(again)).toEqual(['ConcludeRelease', ...WITHOUT_VERIFY, 'ConcludeDeployment', 'ConcludeRelease']);
    expect(new Set(again.map(({ target }) => target))).toEqual(new Set(['', 'dev/us']));
    expect(deploying.execution.progress).toMatchObject({
      status: 'SUCCEEDED',
      output: { conclusions: TARGETS.map((name) => ({ target: `inference-service/${name}`, outcome: 'succeeded' })) },
    });
    expect(statesEntered(deploying).slice(-2)).toEqual(['IsReleased', 'Released']);
  });

  it('begins with the original deployment, not with what the failed pass made of it', async () => {
    const deploying = await deploy({ CheckRollout: failingOnce('dev/eu') });
    const first = deploying.calls.find(({ step }) => step === 'ClaimTarget');
    const again = await redrive(deploying);
    const second = again.find(({ step }) => step === 'ClaimTarget');
    expect(second).toBeDefined();
    expect(second?.payload['deployment']).toEqual(first?.payload['deployment']);
    expect(told(deploying)).toEqual({ 'dev/eu': { status: 'succeeded', trouble: null } });
  });

  it('tells the steps how often and when the execution was redriven', async () => {
    const deploying = await deploy({ CheckRollout: failingOnce('dev/eu') });
    const before = deploying.calls.filter(({ target }) => target !== '');
    const after = (await redrive(deploying)).filter(({ target }) => target !== '');
    // ConcludeDeployment has no clock of its own that a redrive could start again.
    expect(new Set(before.map(redriveFacts))).toEqual(new Set(['{"redrives":0,"redrivenAt":null}', '{"redrives":0}']));
    expect(new Set(after.map(redriveFacts))).toEqual(new Set(['{"redrives":1,"redrivenAt":"2026-01-01T00:01:00.000Z"}', '{"redrives":1}']));
  });

  it('fails again, in one go more, while the reason is still there; and can be redriven again', async () => {
    const deploying = await deploy({ CheckRollout: onlyFor('dev/us', ending('failed', 'crash loop')) }, { targets: TARGETS });
    for (const redrives of [1, 2]) {
      const again = await redrive(deploying);
      expect(again.filter(({ step }) => step === 'CheckRollout').map(({ target }) => target)).toEqual(['dev/us']);
      expect(again.at(-1)).toMatchObject({ step: 'ConcludeRelease', payload: { redrives, latest: [{ redrives }] } });
      expect(deploying.execution.progress).toMatchObject({ status: 'FAILED', error: 'DeploymentFailed' });
    }
  });

  it('gives targets of different causes their second go together, and keeps what the first pass concluded', async () => {
    const deploying = await deploy({ CheckRollout: failingOnce('dev/us'), ClaimTarget: onlyFor('dev/ap', answering('errored', 'superseded')) }, { targets: TARGETS });
    const again = await redrive(deploying);
    expect(new Set(again.map(({ target }) => target))).toEqual(new Set(['', 'dev/us', 'dev/ap']));
    expect(outcomes(deploying.execution.progress.output)).toEqual(['succeeded', 'succeeded', 'superseded']);
  });
});

describe('a redrive of an execution that was stopped in the middle', () => {
  /** Stopped while `dev/eu` is done, `dev/us` watches its rollout and `dev/ap` its sync. */
  async function stopped() {
    const deploying = startDeploy(
      {
        SyncApplication: onlyFor('dev/ap', (call, sleep) => (call.earlier === 0 ? taking(240) : answering('applied'))(call, sleep)),
        CheckRollout: onlyFor('dev/us', (call, sleep) => (call.earlier === 0 ? taking(240) : answering('succeeded'))(call, sleep)),
      },
      { targets: TARGETS },
    );
    await deploying.clock.sleep(100_000);
    await deploying.execution.stop();
    return deploying;
  }

  it('resumes each target in the step where it was, and leaves alone what was concluded', async () => {
    const deploying = await stopped();
    const again = await redrive(deploying);
    expect(stepsOf(again, 'dev/eu')).toEqual([]);
    expect(stepsOf(again, 'dev/us')).toEqual(['CheckRollout', 'ConcludeDeployment']);
    expect(stepsOf(again, 'dev/ap')).toEqual(['SyncApplication', 'CheckRollout', 'ConcludeDeployment']);
    expect(deploying.execution.progress.status).toBe('SUCCEEDED');
  });

  it('hands the resumed step the claim that was taken before, for it to prove', async () => {
    const claim = { generation: 7, redrives: 0 };
    const claiming: Stub = ({ payload }) => ({ status: 'claimed', deployment: { ...deploymentOf(payload), claim } });
    const deploying = startDeploy({ ClaimTarget: claiming, CommitRelease: (call, sleep) => (call.earlier === 0 ? taking(240) : answering('committed'))(call, sleep) });
    await deploying.clock.sleep(1000);
    await deploying.execution.stop();
    const [resumed] = await redrive(deploying);
    expect(resumed).toMatchObject({ step: 'CommitRelease', payload: { redrives: 1, deployment: { claim } } });
  });

  it('fails with a target that fails then, whatever may have been rolled back, and gives it another pass at the next redrive', async () => {
    const failing = onlyFor('dev/eu', (call, sleep) => (call.earlier === 0 ? taking(240) : ending('failed', 'crash loop'))(call, sleep));
    const deploying = startDeploy({ CheckRollout: failing });
    await deploying.clock.sleep(1000);
    await deploying.execution.stop();
    const again = await redrive(deploying);
    expect(stepsOf(again)).toEqual(['CheckRollout', 'RollBack', 'ConcludeDeployment', 'ConcludeRelease']);
    expect(deploying.execution.progress).toMatchObject({ status: 'FAILED', error: 'DeploymentFailed' });
    expect(stepsOf(await redrive(deploying))).toEqual(['ConcludeRelease', ...WITHOUT_VERIFY, 'RollBack', 'ConcludeDeployment', 'ConcludeRelease']);
  });
});

function redriveFacts({ payload }: Call): string {
  return JSON.stringify({ redrives: payload['redrives'], redrivenAt: payload['redrivenAt'] });
}

function outcomes(output: unknown): unknown[] {
  const { conclusions } = output as { conclusions: JsonObject[] };
  return conclusions.map(({ outcome }) => outcome);
}
