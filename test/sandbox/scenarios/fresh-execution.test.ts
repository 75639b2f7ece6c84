import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { imageOf } from '../../../sandbox/scenarios/image.ts';
import { DEV, type DeployedWorld, startDeployedWorld } from '../../support/sandbox/deployed-world.ts';
import { createFaults, EAGER_KUBELET } from '../../support/sandbox/faults.ts';
import { announcements, runningDigests } from '../../support/sandbox/traces.ts';

/** *New execution* with the same input: safe at any moment, as an operator, a doubled event or a sweep would have it. */
describe('a fresh execution with the same input', () => {
  const faults = createFaults();
  let world: DeployedWorld;

  beforeAll(async () => {
    world = await startDeployedWorld('happy', { faultOf: faults.faultOf, kubelet: EAGER_KUBELET });
  });
  afterAll(() => world?.stop());

  const again = async (execution: string) => world.executions.ended(await world.executions.startAgain(execution));

  it('after a success finds everything done: no second commit, no second record', async () => {
    const first = await world.deploy(imageOf('2.0.0'));
    const head = await world.head();
    const syncs = world.world.argocd.application('inference-dev')?.status.history?.length;
    const second = await again(first.execution);
    expect(second).toMatchObject({ status: 'SUCCEEDED', outcome: 'succeeded', cause: null, commit: null, pods: first.pods });
    expect(await world.head()).toBe(head);
    expect(world.world.argocd.application('inference-dev')?.status.history).toHaveLength(syncs ?? 0);
    const records = await world.records.history(DEV, 10);
    expect(records.map(({ attempts }) => attempts.map(({ outcome, execution }) => ({ outcome, execution })))).toEqual([
      [
        { outcome: 'succeeded', execution: first.execution },
        { outcome: 'succeeded', execution: second.execution },
      ],
    ]);
  });

  it('after a failure converges once the world is mended', async () => {
    const image = imageOf('2.1.0');
    faults.breakPods(image.digest, 'bad-crash');
    const failed = await world.deploy(image);
    expect(failed).toMatchObject({ status: 'FAILED', outcome: 'failed' });
    faults.heal(image.digest);
    const head = await world.head();
    const second = await again(failed.execution);
    expect(second).toMatchObject({ status: 'SUCCEEDED', outcome: 'succeeded', cause: null, commit: null });
    expect(await world.head()).toBe(head);
    expect(runningDigests(world)).toEqual([image.digest]);
    expect((await world.targets.target(DEV)).current?.release.tag).toBe('2.1.0');
    expect((await world.records.history(DEV, 1))[0]?.attempts.map(({ outcome }) => outcome)).toEqual(['failed', 'succeeded']);
  });

  it('of a release that is no longer the newest ends superseded', async () => {
    const older = await world.deploy(imageOf('2.2.0'));
    await world.deploy(imageOf('2.3.0'));
    const head = await world.head();
    const second = await again(older.execution);
    expect(second).toMatchObject({ status: 'SUCCEEDED', outcome: 'superseded' });
    expect(await world.head()).toBe(head);
    expect(runningDigests(world)).toEqual([imageOf('2.3.0').digest]);
  });

  it('by hand and by name deploys the older release all the same: a person asked for it', async () => {
    const ended = await world.executions.ended(await world.executions.start({ service: 'inference-service', environment: 'dev', tag: '2.2.0', reason: 'roll back', by: 'ada' }));
    expect(ended).toMatchObject({ status: 'SUCCEEDED', outcome: 'succeeded' });
    expect(runningDigests(world)).toEqual([imageOf('2.2.0').digest]);
    expect(announcements(world).at(-1)).toMatchObject({ release: { tag: '2.2.0' }, outcome: 'succeeded' });
  });
});
