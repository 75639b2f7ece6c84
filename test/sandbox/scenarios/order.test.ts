import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { imageOf } from '../../../sandbox/scenarios/image.ts';
import { compareReleases, type Release } from '../../../src/domain/release.ts';
import { DEV, type DeployedWorld, startDeployedWorld } from '../../support/sandbox/deployed-world.ts';
import { at, hear, keepEcrEvents } from '../../support/sandbox/ecr-events.ts';
import { createFaults, EAGER_KUBELET } from '../../support/sandbox/faults.ts';
import { runningDigests } from '../../support/sandbox/traces.ts';

const HOUR = 3_600_000;
const PATIENT = 120_000;

const events = keepEcrEvents();
const faults = createFaults();
let world: DeployedWorld;

beforeAll(async () => {
  world = await startDeployedWorld('happy', { carryEvent: events.carry, faultOf: faults.faultOf, kubelet: EAGER_KUBELET });
}, PATIENT);
afterAll(() => world?.stop());

const endsOf = (executions: readonly string[]) => Promise.all(executions.map((execution) => world.executions.ended(execution)));
const commitsOf = async (tag: string) => (await world.commits()).filter((subject) => subject.endsWith(` ${tag}`)).length;

async function recordsOf(digest: string): Promise<readonly { readonly release: Release; readonly outcomes: readonly string[] }[]> {
  const records = (await world.records.history(DEV, 50)).filter(({ release }) => release.digest === digest);
  return records.map(({ release, attempts }) => ({ release, outcomes: attempts.map(({ outcome }) => outcome) }));
}

/** This release is there: in the table, on the branch and in the pods; and nobody is at work. */
async function expectDeployed(tag: string, digest: string): Promise<void> {
  await world.executions.settled();
  expect(await world.targets.target(DEV)).toMatchObject({ claim: { execution: null }, current: { release: { tag, digest } }, next: null, hold: null, quarantine: [] });
  expect((await world.commits()).at(-1)).toBe(`deploy(dev): inference-service ${tag}`);
  expect(runningDigests(world)).toEqual([digest]);
}

describe('an event that comes an hour late', () => {
  it('is deployed where nothing newer came, and its hour counts as queue', async () => {
    const image = imageOf('2.0.0');
    const event = at(await events.pushUnheard(world, image), Date.now() - HOUR);
    const [ended] = await endsOf(await hear(world, event));
    expect(ended).toMatchObject({ status: 'SUCCEEDED', outcome: 'succeeded' });
    expect(ended?.timings.queue).toBeGreaterThan(HOUR - 2_000);
    await expectDeployed('2.0.0', image.digest);
    expect(Date.parse((await world.targets.target(DEV)).current?.release.releasedAt ?? '')).toBe(Date.parse(event.time));
  }, PATIENT);

  it('is superseded where a newer release is there, which is named, and nothing is written', async () => {
    const [late, newer] = [imageOf('2.1.0'), imageOf('2.2.0')];
    const event = at(await events.pushUnheard(world, late), Date.now() - HOUR / 2);
    expect(await world.deploy(newer)).toMatchObject({ outcome: 'succeeded' });
    const [ended] = await endsOf(await hear(world, event));
    expect(ended).toMatchObject({ status: 'SUCCEEDED', outcome: 'superseded', commit: null });
    expect(ended?.cause).toContain(`the newer release 2.2.0 (${newer.digest.slice(0, 19)})`);
    expect(await commitsOf('2.1.0')).toBe(0);
    await expectDeployed('2.2.0', newer.digest);
  }, PATIENT);
});

describe('two pushes in one second', () => {
  it.each([
    ['in the order of the pushes', '2.3.0', '2.4.0', false],
    ['the other way round', '2.5.0', '2.6.0', true],
  ])('end with the newer of the two when their events come %s', async (_, one, other, isReversed) => {
    const images = [imageOf(one), imageOf(other)];
    const pushed = [];
    for (const image of images) pushed.push(await events.pushUnheard(world, image));
    const instant = Math.floor(Date.now() / 1_000) * 1_000;
    const told = pushed.map((event) => at(event, instant));
    const ends = await endsOf(await hear(world, ...(isReversed ? told.toReversed() : told)));
    await world.executions.settled();
    const records = (await Promise.all(images.map(({ digest }) => recordsOf(digest)))).flat();
    const [newer, older] = records.map(({ release }) => release).toSorted((a, b) => compareReleases(b, a));
    expect(newer?.releasedAt).toBe(older?.releasedAt);
    expect(ends.map(({ status }) => status)).toEqual(['SUCCEEDED', 'SUCCEEDED']);
    expect(await commitsOf(newer?.tag ?? '')).toBe(1);
    await expectDeployed(newer?.tag ?? '', newer?.digest ?? '');
  }, PATIENT);
});

describe('the same push event twice', () => {
  it('deploys once when both come at once, and changes nothing when it comes again later', async () => {
    const image = imageOf('2.7.0');
    const event = await events.pushUnheard(world, image);
    const ends = await endsOf(await hear(world, event, event));
    const [ignored, deployed] = ends.toSorted((a, b) => a.outcome.localeCompare(b.outcome));
    expect([ignored?.outcome, deployed?.outcome]).toEqual(['ignored', 'succeeded']);
    expect(ignored?.cause).toBe(`already being deployed by ${deployed?.execution}`);
    await expectDeployed('2.7.0', image.digest);
    const head = await world.head();
    const [again] = await endsOf(await hear(world, event));
    expect(again).toMatchObject({ status: 'SUCCEEDED', outcome: 'succeeded', commit: null });
    expect(await world.head()).toBe(head);
    expect(await recordsOf(image.digest)).toEqual([{ release: expect.objectContaining({ tag: '2.7.0' }) as unknown, outcomes: ['succeeded', 'succeeded'] }]);
  }, PATIENT);
});

describe('one digest under several tags', () => {
  it('is deployed once when it is pushed as `v1` and under its commit at once', async () => {
    const image = imageOf('2.8.0');
    const executions = await world.pushWithTags(image, ['v1', '5f0c1a9']);
    const ends = await endsOf(executions);
    expect(ends.map(({ outcome }) => outcome).sort()).toEqual(['ignored', 'succeeded']);
    await world.executions.settled();
    const { current, claim } = await world.targets.target(DEV);
    expect([claim?.execution, current?.release.digest]).toEqual([null, image.digest]);
    expect((await commitsOf('v1')) + (await commitsOf('5f0c1a9'))).toBe(1);
    expect(await recordsOf(image.digest)).toHaveLength(1);
    expect(runningDigests(world)).toEqual([image.digest]);
  }, PATIENT);

  it('counts from the time of its tag: an old image that is tagged again is the newest release', async () => {
    const [old, replaced] = [imageOf('2.9.0'), imageOf('2.10.0')];
    await world.deploy(old);
    await world.deploy(replaced);
    const [execution = ''] = await world.putTag(old, 'stable');
    expect(await world.executions.ended(execution)).toMatchObject({ status: 'SUCCEEDED', outcome: 'succeeded' });
    await expectDeployed('stable', old.digest);
    const [late] = await endsOf(await hear(world, events.of('2.10.0')));
    expect(late).toMatchObject({ outcome: 'superseded', commit: null });
    expect(late?.cause).toContain('the newer release stable');
    await expectDeployed('stable', old.digest);
  }, PATIENT);
});

describe('an execution that was stopped by hand', () => {
  it('leaves its claim to the next push, and a redrive of it ends superseded', async () => {
    const [stopped, newer] = [imageOf('2.11.0'), imageOf('2.12.0')];
    faults.breakPods(stopped.digest, 'never-ready');
    const [execution = ''] = await world.push(stopped);
    await world.executions.reaches(execution, 'CheckRollout');
    await world.executions.stop(execution);
    expect((await world.targets.target(DEV)).claim).toMatchObject({ execution, digest: stopped.digest });
    const { generation } = (await world.targets.target(DEV)).claim ?? { generation: 0 };
    expect(await world.deploy(newer)).toMatchObject({ status: 'SUCCEEDED', outcome: 'succeeded' });
    expect((await world.targets.target(DEV)).claim?.generation).toBe(generation + 1);
    await expectDeployed('2.12.0', newer.digest);
    const head = await world.head();
    expect(await world.executions.redrive(execution)).toMatchObject({ status: 'SUCCEEDED', outcome: 'superseded' });
    expect(await world.head()).toBe(head);
    await expectDeployed('2.12.0', newer.digest);
  }, PATIENT);
});
