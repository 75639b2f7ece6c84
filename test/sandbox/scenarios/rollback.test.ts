import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Document } from 'yaml';
import { imageOf } from '../../../sandbox/scenarios/image.ts';
import type { SyncHook } from '../../../sandbox/argocd/world.ts';
import { DEV, type DeployedWorld, startDeployedWorld } from '../../support/sandbox/deployed-world.ts';
import type { Ended } from '../../support/sandbox/executions.ts';
import { ENVIRONMENTS } from '../../support/sandbox/more-environments.ts';
import { runningDigests } from '../../support/sandbox/traces.ts';

const before = imageOf('1.0.1');

function rollsBack(file: Document): void {
  file.setIn([...ENVIRONMENTS, 'dev', 'rollback'], 'automatic');
  file.setIn([...ENVIRONMENTS, 'dev', 'verify'], { timeout: '2s' });
}

describe('a release that crashes, where the environment rolls back', () => {
  let world: DeployedWorld;
  let ended: Ended;

  beforeAll(async () => {
    world = await startDeployedWorld('crash-loop', { editFile: rollsBack });
    await world.deploy(before);
    ended = await world.deploy(world.newImage);
  });
  afterAll(() => world?.stop());

  it('ends rolled back, with the cause of the failure', () => {
    expect(ended).toMatchObject({ status: 'FAILED', outcome: 'rolled-back' });
    expect(ended.cause).toMatch(/^pod inference-dev-\S+: CrashLoopBackOff: [^;]*$/);
  });

  it('runs the previous release again, by a commit of its own', async () => {
    expect(runningDigests(world)).toEqual([before.digest]);
    expect((await world.commits()).slice(-2)).toEqual(['deploy(dev): inference-service 1.1.0', 'rollback(dev): inference-service 1.0.1']);
  });

  it('has the digest in quarantine, the claim given back, and the previous release as the current one', async () => {
    const { claim, current, quarantine } = await world.targets.target(DEV);
    expect(claim?.execution).toBeNull();
    expect(current?.release.tag).toBe('1.0.1');
    expect(quarantine).toEqual([expect.objectContaining({ digest: world.newImage.digest, tag: '1.1.0', cause: ended.cause })]);
  });

  it('records how far the failed release came, and how the way back went', async () => {
    const [record] = await world.records.history(DEV, 10);
    expect(record?.attempts).toEqual([expect.objectContaining({ outcome: 'rolled-back', rollback: expect.objectContaining({ tag: '1.0.1', digest: before.digest }) as unknown })]);
  });
});

describe('a release whose hook hangs, where the environment rolls back', () => {
  let hook: SyncHook | null = null;
  let world: DeployedWorld;
  let ended: Ended;

  beforeAll(async () => {
    world = await startDeployedWorld('happy', { editFile: rollsBack, argocd: { hook: () => hook } });
    await world.deploy(before);
  });
  afterAll(() => world?.stop());

  it('is rolled back without waiting for the hook, and the operation that it held is ended', async () => {
    hook = { name: 'smoke-test', phase: 'PostSync', outcome: 'hang' };
    const [execution = ''] = await world.push(world.newImage);
    await world.executions.reaches(execution, 'VerifyRelease');
    hook = null;
    ended = await world.executions.ended(execution);
    expect(ended).toMatchObject({ outcome: 'rolled-back' });
    expect(ended.cause).toMatch(/^not verified in time: /);
    expect(runningDigests(world)).toEqual([before.digest]);
    expect(world.world.argocd.application('inference-dev')?.status.operationState).toMatchObject({ phase: 'Succeeded', syncResult: { revision: await world.head() } });
  });

  it("is deployed again by a redrive, which is a person's word and lifts the quarantine", async () => {
    expect(await world.executions.redrive(ended.execution)).toMatchObject({ status: 'SUCCEEDED', outcome: 'succeeded', cause: null });
    expect(runningDigests(world)).toEqual([world.newImage.digest]);
    expect(await world.targets.target(DEV)).toMatchObject({ quarantine: [], current: { release: { tag: '1.1.0' } } });
  });
});
