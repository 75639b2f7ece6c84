import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { imageOf } from '../../../sandbox/scenarios/image.ts';
import type { WorldOptions } from '../../../sandbox/world.ts';
import { DEV, type DeployedWorld, startDeployedWorld } from '../../support/sandbox/deployed-world.ts';
import type { Ended } from '../../support/sandbox/executions.ts';
import { ENVIRONMENTS, withEnvironments } from '../../support/sandbox/more-environments.ts';
import { runningDigests } from '../../support/sandbox/traces.ts';

type Hook = ReturnType<NonNullable<NonNullable<WorldOptions['argocd']>['hook']>>;

describe('a sync', () => {
  const { editFile, argocd, ...options } = withEnvironments([
    { name: 'manual', values: (text) => text, application: (manifest) => manifest.deleteIn(['spec', 'syncPolicy', 'automated']) },
  ]);
  let hook: Hook = null;
  let world: DeployedWorld;

  beforeAll(async () => {
    world = await startDeployedWorld('happy', {
      ...options,
      argocd: { ...argocd, hook: (application) => (application === 'inference-dev' ? hook : null) },
      editFile(file) {
        file.setIn([...ENVIRONMENTS, 'dev', 'verify'], { timeout: '2s' });
        editFile(file);
      },
    });
    // An ignored tag: the image is there, and nothing has deployed it.
    await world.deploy({ ...world.newImage, tag: 'latest' });
  });
  afterAll(() => world?.stop());

  const deployTo = async (environment: string, tag: string): Promise<Ended> => world.executions.ended(await world.executions.start({ service: 'inference-service', environment, tag }));
  const deployNew = async (version: string): Promise<Ended> => {
    await world.deploy({ ...imageOf(version), tag: 'latest' });
    return deployTo('dev', 'latest');
  };
  const operationOf = (application: string) => world.world.argocd.application(application)?.status.operationState?.operation;

  it('is requested once, in the name of the execution, where auto-sync is off', async () => {
    const ended = await deployTo('manual', 'latest');
    expect(ended).toMatchObject({ status: 'SUCCEEDED', outcome: 'succeeded', cause: null });
    expect(runningDigests(world, 'inference-manual')).toEqual([world.newImage.digest]);
    const operation = operationOf('inference-manual');
    expect(operation?.initiatedBy).toEqual({ username: 'proj:inference:slipway' });
    expect(operation?.info).toEqual([{ name: 'slipway-execution', value: ended.execution }]);
    expect(operation?.sync).toEqual({ revision: await world.head() });
    expect(world.world.argocd.application('inference-manual')?.status.history).toHaveLength(1);
  });

  it('is left to auto-sync where that is on', async () => {
    expect(await deployTo('dev', 'latest')).toMatchObject({ outcome: 'succeeded' });
    expect(operationOf('inference-dev')?.initiatedBy).toEqual({ automated: true });
  });

  it('whose PostSync hook fails ends failed with the name of the hook, though the pods are Ready; a redrive syncs again', async () => {
    hook = { name: 'smoke-test', phase: 'PostSync', outcome: 'fail' };
    const failed = await deployNew('2.0.0');
    expect(failed).toMatchObject({ status: 'FAILED', outcome: 'failed', cause: 'Application inference-dev: Job smoke-test: Job has reached the specified backoff limit' });
    expect(failed.pods.map(({ ready }) => ready)).toEqual([true, true]);
    expect((await world.targets.target(DEV)).current?.release.digest).toBe(world.newImage.digest);
    hook = null;
    const redriven = await world.executions.redrive(failed.execution);
    expect(redriven).toMatchObject({ status: 'SUCCEEDED', outcome: 'succeeded', cause: null });
    expect(operationOf('inference-dev')?.info).toEqual([{ name: 'slipway-execution', value: failed.execution }]);
  });

  it('whose PreSync hook fails ends failed before any pod is touched', async () => {
    const running = runningDigests(world);
    hook = { name: 'migrate', phase: 'PreSync', outcome: 'fail' };
    const failed = await deployNew('2.1.0');
    expect(failed).toMatchObject({ status: 'FAILED', outcome: 'failed', cause: 'Application inference-dev: Job migrate: Job has reached the specified backoff limit', pods: [] });
    expect(runningDigests(world)).toEqual(running);
    hook = null;
    expect(await world.executions.redrive(failed.execution)).toMatchObject({ status: 'SUCCEEDED', outcome: 'succeeded' });
  });

  it('whose PostSync hook hangs holds VerifyRelease until its time is up', async () => {
    hook = { name: 'smoke-test', phase: 'PostSync', outcome: 'hang' };
    const failed = await deployNew('2.2.0');
    expect(failed).toMatchObject({ status: 'FAILED', outcome: 'failed' });
    expect(failed.cause).toMatch(/^not verified in time: Application inference-dev: the operation that auto-sync started at \S+ at revision [0-9a-f]{7} still runs: waiting for completion of hook batch\/Job\/smoke-test$/);
    expect(failed.pods.map(({ ready }) => ready)).toEqual([true, true]);
    expect(failed.timings.verify).toBeGreaterThanOrEqual(2000);
  });
});
