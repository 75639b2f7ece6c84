import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { imageOf } from '../../../sandbox/scenarios/image.ts';
import { DEV, type DeployedWorld, startDeployedWorld } from '../../support/sandbox/deployed-world.ts';
import { createFaults, EAGER_KUBELET } from '../../support/sandbox/faults.ts';
import { announcements, runningDigests } from '../../support/sandbox/traces.ts';

const faults = createFaults();
let onPush: (() => void) | null = null;
let world: DeployedWorld;

beforeAll(async () => {
  world = await startDeployedWorld('happy', { faultOf: faults.faultOf, kubelet: { ...EAGER_KUBELET, ready: 400 }, beforePush: async () => onPush?.() });
});
afterAll(() => world?.stop());

async function outcomesOf(tag: string) {
  const records = (await world.records.history(DEV, 20)).filter(({ release }) => release.tag === tag);
  return records.map(({ attempts }) => attempts.map(({ outcome }) => outcome));
}

/** The release runs, by one commit, and nobody holds the target. */
async function expectReleased(tag: string): Promise<void> {
  const { claim, current } = await world.targets.target(DEV);
  expect(claim?.execution).toBeNull();
  expect(current?.release.tag).toBe(tag);
  expect(runningDigests(world)).toEqual([imageOf(tag).digest]);
  expect((await world.commits()).filter((subject) => subject.endsWith(` ${tag}`))).toHaveLength(1);
}

/** A redrive is an operator's first answer to a failure: wherever it stopped, it has to end as if nothing had been wrong. */
describe('a redrive', () => {
  it('succeeds once the pods can pull their image, and keeps both attempts in one record', async () => {
    const image = imageOf('2.0.0');
    faults.breakPods(image.digest, 'bad-pull');
    const failed = await world.deploy(image);
    expect(failed).toMatchObject({ status: 'FAILED', outcome: 'failed' });
    faults.heal(image.digest);
    const redriven = await world.executions.redrive(failed.execution);
    expect(redriven).toMatchObject({ status: 'SUCCEEDED', outcome: 'succeeded', cause: null, execution: failed.execution });
    await expectReleased('2.0.0');
    expect(await outcomesOf('2.0.0')).toEqual([['failed', 'succeeded']]);
    expect(announcements(world).map(({ outcome }) => outcome)).toEqual(['failed', 'succeeded']);
    const { total, overhead: _, ...stages } = redriven.timings;
    expect(Object.values(stages).reduce((sum, length) => sum + length, 0)).toBe(total);
  });

  it.each([
    ['Argo CD token', '2.1.0', ['argocd', 'main', 'token'], () => ({ token: 'expired' }), () => ({ token: world.world.argocd.token('inference', 'slipway') })],
    ['Git password', '2.2.0', ['git', 'config', 'credentials'], () => ({ username: 'slipway', password: 'old' }), () => world.world.git.credential],
  ])('succeeds once the %s is mended', async (_, tag, path, wrong, right) => {
    const secret = `slipway/${tag}`;
    world.world.aws.secrets.putSecret(secret, JSON.stringify(wrong()));
    await world.apply((file) => file.setIn(path, secret));
    const head = await world.head();
    const errored = await world.deploy(imageOf(tag));
    expect(errored).toMatchObject({ status: 'FAILED', outcome: 'errored', commit: null });
    expect(await world.head()).toBe(head);
    world.world.aws.secrets.putSecret(secret, JSON.stringify(right()));
    const redriven = await world.executions.redrive(errored.execution);
    expect(redriven).toMatchObject({ status: 'SUCCEEDED', outcome: 'succeeded', cause: null });
    await expectReleased(tag);
    expect(await outcomesOf(tag)).toEqual([['errored', 'succeeded']]);
  });

  it.each([
    ['2.3.0', 'ClaimTarget'],
    ['2.4.0', 'CommitRelease'],
    ['2.5.0', 'SyncApplication'],
    ['2.6.0', 'CheckRollout'],
  ])('finishes release %s, which was stopped in %s', async (tag, state) => {
    const [execution = ''] = await world.push(imageOf(tag));
    await world.executions.reaches(execution, state);
    await world.executions.stop(execution);
    expect(await world.executions.ended(execution)).toMatchObject({ status: 'ABORTED' });
    const redriven = await world.executions.redrive(execution);
    expect(redriven).toMatchObject({ status: 'SUCCEEDED', outcome: 'succeeded', cause: null });
    await expectReleased(tag);
    expect(await outcomesOf(tag)).toEqual([['succeeded']]);
  });

  it('of a release that was overtaken ends superseded, and deploys nothing', async () => {
    const older = imageOf('2.8.0');
    faults.breakPods(older.digest, 'bad-pull');
    const failed = await world.deploy(older);
    expect(failed.outcome).toBe('failed');
    expect((await world.deploy(imageOf('2.9.0'))).outcome).toBe('succeeded');
    faults.heal(older.digest);
    const head = await world.head();
    const redriven = await world.executions.redrive(failed.execution);
    expect(redriven).toMatchObject({ status: 'SUCCEEDED', outcome: 'superseded' });
    expect(redriven.cause).toMatch(/superseded/);
    expect(await world.head()).toBe(head);
    await expectReleased('2.9.0');
  });

  it('of a stopped release that was overtaken ends superseded, without a write', async () => {
    const [execution = ''] = await world.push(imageOf('2.10.0'));
    await world.executions.reaches(execution, 'CommitRelease');
    await world.executions.stop(execution);
    expect((await world.deploy(imageOf('2.11.0'))).outcome).toBe('succeeded');
    const head = await world.head();
    const redriven = await world.executions.redrive(execution);
    expect(redriven).toMatchObject({ status: 'SUCCEEDED', outcome: 'superseded' });
    expect(await world.head()).toBe(head);
    await expectReleased('2.11.0');
  });
});

describe('a function that dies in the middle of its step is started again by the state machine', () => {
  const kill = (name: string) => world.world.aws.lambda.kill(`slipway-sandbox-${name}`);

  it('and its release is committed once, though nobody heard of the first push', async () => {
    const killed: number[] = [];
    onPush = () => {
      killed.push(kill('commit-release'));
      onPush = null;
    };
    const ended = await world.deploy(imageOf('3.0.0'));
    expect(killed).toEqual([1]);
    expect(ended).toMatchObject({ status: 'SUCCEEDED', outcome: 'succeeded', cause: null });
    await expectReleased('3.0.0');
  });

  it.each([
    ['3.1.0', 'SyncApplication', 'sync-application'],
    ['3.2.0', 'CheckRollout', 'check-rollout'],
  ])('and release %s, which was in %s, is finished', async (tag, state, name) => {
    const [execution = ''] = await world.push(imageOf(tag));
    await world.executions.reaches(execution, state);
    while (kill(name) === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(await world.executions.ended(execution)).toMatchObject({ status: 'SUCCEEDED', outcome: 'succeeded', cause: null });
    await expectReleased(tag);
  });
});
