import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { imageOf } from '../../../sandbox/scenarios/image.ts';
import { DEV, type DeployedWorld, startDeployedWorld } from '../../support/sandbox/deployed-world.ts';
import { createFaults, EAGER_KUBELET } from '../../support/sandbox/faults.ts';
import { ENVIRONMENTS } from '../../support/sandbox/more-environments.ts';
import { announcements, runningDigests } from '../../support/sandbox/traces.ts';

describe('executions that overlap where a newer release may interrupt', () => {
  const faults = createFaults();
  let world: DeployedWorld;

  beforeAll(async () => {
    world = await startDeployedWorld('happy', { faultOf: faults.faultOf, kubelet: { ...EAGER_KUBELET, ready: 600 }, argocd: { delays: { operation: 600 } }, editFile: (file) => file.setIn([...ENVIRONMENTS, 'dev', 'interrupt'], true) });
  });
  afterAll(() => world?.stop());

  const isReleased = async (tag: string) => {
    const { claim, current } = await world.targets.target(DEV);
    expect(claim?.execution).toBeNull();
    expect(current?.release.tag).toBe(tag);
    expect(runningDigests(world)).toEqual([imageOf(tag).digest]);
    expect((await world.commits()).at(-1)).toBe(`deploy(dev): inference-service ${tag}`);
  };

  it('of one release deploy it once: the other is ignored, and names the one that deploys', async () => {
    const [first = ''] = await world.push(imageOf('2.0.0'));
    const second = await world.executions.startAgain(first);
    const ends = await Promise.all([first, second].map((execution) => world.executions.ended(execution)));
    const ignored = ends.find(({ outcome }) => outcome === 'ignored');
    const deployed = ends.find(({ outcome }) => outcome === 'succeeded');
    expect(ends.map(({ status }) => status)).toEqual(['SUCCEEDED', 'SUCCEEDED']);
    expect(ignored?.cause).toContain(deployed?.execution);
    expect((await world.commits()).filter((subject) => subject.endsWith(' 2.0.0'))).toHaveLength(1);
    expect((await world.records.history(DEV, 10)).map(({ attempts }) => attempts.length)).toEqual([1]);
    await isReleased('2.0.0');
  });

  it.each([
    ['2.1.0', '2.2.0', 'CommitRelease'],
    ['2.3.0', '2.4.0', 'SyncApplication'],
    ['2.5.0', '2.6.0', 'CheckRollout'],
  ])('let the newer release win: %s ends superseded by %s, which was pushed while it was in %s', async (older, newer, state) => {
    // Never Ready, so that the older one is not done before the newer one comes, however slow the machine.
    faults.breakPods(imageOf(older).digest, 'never-ready');
    const [first = ''] = await world.push(imageOf(older));
    await world.executions.reaches(first, state);
    const newerEnd = await world.deploy(imageOf(newer));
    const olderEnd = await world.executions.ended(first);
    expect(newerEnd).toMatchObject({ status: 'SUCCEEDED', outcome: 'succeeded', cause: null });
    expect(olderEnd).toMatchObject({ status: 'SUCCEEDED', outcome: 'superseded' });
    expect(announcements(world).map(({ release, outcome }) => `${release.tag} ${outcome}`)).toEqual(expect.arrayContaining([`${older} superseded`, `${newer} succeeded`]));
    await isReleased(newer);
  });
});
