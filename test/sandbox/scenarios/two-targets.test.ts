import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Document } from 'yaml';
import { imageOf } from '../../../sandbox/scenarios/image.ts';
import { DEV, type DeployedWorld, startDeployedWorld } from '../../support/sandbox/deployed-world.ts';
import { createFaults, EAGER_KUBELET } from '../../support/sandbox/faults.ts';
import { withEnvironments } from '../../support/sandbox/more-environments.ts';
import { announcements, runningDigests } from '../../support/sandbox/traces.ts';

const STAGING = { ...DEV, environment: 'staging' };

describe('one release to two targets', () => {
  const faults = createFaults();
  let world: DeployedWorld;

  beforeAll(async () => {
    const values = (text: string) => text.replace(/progressDeadlineSeconds: \d+/, 'progressDeadlineSeconds: 600');
    const entry = (environment: Document) => environment.set('rollout', { timeout: '10m' });
    const environments = withEnvironments([{ name: 'staging', values, application: () => undefined, entry }]);
    world = await startDeployedWorld('happy', { ...environments, faultOf: faults.faultOf, kubelet: EAGER_KUBELET });
  });
  afterAll(() => world?.stop());

  const told = () => announcements(world).map(({ release, environment, outcome }) => `${release.tag} ${environment} ${outcome}`);
  const attemptsIn = async (key: typeof DEV, tag: string) => {
    const record = (await world.records.history(key, 10)).find(({ release }) => release.tag === tag);
    return record?.attempts.map(({ outcome }) => outcome);
  };

  it('deploys to both, with a commit for each', async () => {
    const image = imageOf('2.0.0');
    expect(await world.deploy(image)).toMatchObject({ status: 'SUCCEEDED', outcome: 'succeeded', cause: null });
    expect([runningDigests(world), runningDigests(world, 'inference-staging')]).toEqual([[image.digest], [image.digest]]);
    expect([...(await world.commits())].sort()).toEqual(['deploy(dev): inference-service 2.0.0', 'deploy(staging): inference-service 2.0.0']);
    expect([...told()].sort()).toEqual(['2.0.0 dev succeeded', '2.0.0 staging succeeded']);
  });

  it('lets one bad target stop no other; the failure names it, and a redrive touches it alone', async () => {
    const image = imageOf('2.1.0');
    faults.breakPods('inference-staging-', 'bad-pull');
    const failed = await world.deploy(image);
    expect(failed).toMatchObject({ status: 'FAILED', outcome: 'failed' });
    expect(failed.said).toMatch(/^1 of 2 targets did not get the release\. inference-service\/staging\/eu failed: pod inference-staging-\S+: (ErrImagePull|ImagePullBackOff): /);
    expect(failed.said).not.toContain('dev/eu');
    expect(runningDigests(world)).toEqual([image.digest]);
    expect([await attemptsIn(DEV, '2.1.0'), await attemptsIn(STAGING, '2.1.0')]).toEqual([['succeeded'], ['failed']]);

    faults.heal('inference-staging-');
    const head = await world.head();
    const redriven = await world.executions.redrive(failed.execution);
    expect(redriven).toMatchObject({ status: 'SUCCEEDED', outcome: 'succeeded', cause: null });
    expect(await world.head()).toBe(head);
    expect(runningDigests(world, 'inference-staging')).toEqual([image.digest]);
    expect([await attemptsIn(DEV, '2.1.0'), await attemptsIn(STAGING, '2.1.0')]).toEqual([['succeeded'], ['failed', 'succeeded']]);
    expect(told().filter((line) => line.startsWith('2.1.0 dev'))).toEqual(['2.1.0 dev succeeded']);
    expect(JSON.parse(redriven.said)).toMatchObject({ conclusions: [{ outcome: 'succeeded' }, { outcome: 'succeeded' }] });
  });

  it('gives a newer release to the target that is free, and lets it wait for the one in which the older is stuck', async () => {
    const stuck = imageOf('2.2.0');
    const newer = imageOf('2.3.0');
    faults.breakPods('inference-staging-', 'never-ready');
    const [first = ''] = await world.push(stuck);
    await world.executions.reaches(first, 'CheckRollout', 2);
    while ((await world.targets.target(DEV)).claim?.execution !== null) await sleep(20);
    expect(await world.deploy(newer)).toMatchObject({ status: 'SUCCEEDED' });
    expect(await attemptsIn(DEV, '2.3.0')).toEqual(['succeeded']);
    expect(await world.targets.target(STAGING)).toMatchObject({ claim: { execution: first, digest: stuck.digest }, next: { release: { tag: '2.3.0' } } });
    expect([runningDigests(world), told().includes('2.2.0 staging succeeded')]).toEqual([[newer.digest], false]);

    faults.heal('inference-staging-');
    expect(await world.executions.ended(first)).toMatchObject({ status: 'SUCCEEDED' });
    await world.executions.settled();
    expect([await attemptsIn(DEV, '2.3.0'), await attemptsIn(STAGING, '2.2.0'), await attemptsIn(STAGING, '2.3.0')]).toEqual([['succeeded'], ['succeeded'], ['succeeded']]);
    expect([runningDigests(world), runningDigests(world, 'inference-staging')]).toEqual([[newer.digest], [newer.digest]]);
    expect((await world.targets.target(STAGING)).next).toBeNull();
  });
});
