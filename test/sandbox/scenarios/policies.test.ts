import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Document } from 'yaml';
import { type Image, imageOf } from '../../../sandbox/scenarios/image.ts';
import { DEV, type DeployedWorld, startDeployedWorld } from '../../support/sandbox/deployed-world.ts';
import { hear, keepEcrEvents } from '../../support/sandbox/ecr-events.ts';
import type { Ended } from '../../support/sandbox/executions.ts';
import { createFaults, EAGER_KUBELET } from '../../support/sandbox/faults.ts';
import { startGate } from '../../support/sandbox/gate.ts';
import { ENVIRONMENTS } from '../../support/sandbox/more-environments.ts';
import { OPERATOR } from '../../support/sandbox/operator.ts';
import { patient, patientFiles } from '../../support/sandbox/patience.ts';
import { runningDigests } from '../../support/sandbox/traces.ts';

const PATIENT = 120_000;
const SWEEP_DUE = 'slipway-sandbox-sweep-due';

const events = keepEcrEvents();
const faults = createFaults();
let world: DeployedWorld;

/** Policies of dev, whose rollouts may take as long as a test wants. */
const policies = (changes: Readonly<Record<string, unknown>>) => (file: Document) => {
  patient(file);
  for (const [name, value] of Object.entries(changes)) file.setIn([...ENVIRONMENTS, 'dev', name], value);
};

beforeAll(async () => {
  world = await startDeployedWorld('happy', {
    ...{ configFiles: patientFiles(), editFile: policies({}), carryEvent: events.carry, faultOf: faults.faultOf, kubelet: EAGER_KUBELET },
    // The cluster is asked again soon, and for longer than a test keeps it away.
    random: () => 0.3,
  });
}, PATIENT);
afterAll(() => world?.stop());

type Underway = { readonly image: Image; readonly execution: string };

/** A release that is committed, and stays in CheckRollout until its pods are let go. */
async function inRollout(tag: string): Promise<Underway> {
  const image = imageOf(tag);
  faults.breakPods(image.digest, 'never-ready');
  const [execution = ''] = await world.push(image);
  await world.executions.reaches(execution, 'CheckRollout');
  return { image, execution };
}

/** A release that has the claim and stays before its commit until the cluster lets it go. */
async function beforeCommit(tag: string): Promise<Underway & { letGo(): void }> {
  const image = imageOf(tag);
  const gate = startGate(world.world, ({ party }) => (party === 'cluster' ? 'refuse' : 'pass'));
  const [execution = ''] = await world.push(image);
  await world.executions.reaches(execution, 'CheckAccess');
  return { image, execution, letGo: () => gate.stop() };
}

/** Its pods crash from now on, instead of never becoming Ready. */
function crash({ digest }: Image): void {
  faults.breakPods(digest, 'bad-crash');
  const { store } = world.world.kubernetes;
  for (const { metadata, spec } of store.list('Pod', 'inference')) {
    if (spec.containers.some(({ image }) => image.includes(digest))) store.remove('Pod', 'inference', metadata.name);
  }
}

async function expectWaits(ended: Ended, { image, execution }: Underway, tag: string): Promise<void> {
  expect(ended).toMatchObject({ status: 'SUCCEEDED', outcome: 'ignored', commit: null, cause: `waits for ${execution}, which deploys ${image.tag}; it is started when that ends` });
  expect(await world.targets.target(DEV)).toMatchObject({ claim: { execution, digest: image.digest }, next: { release: { tag } } });
}

/** This release is there, and nobody is at work. */
async function expectDeployed({ tag, digest }: Image): Promise<void> {
  await world.executions.settled();
  expect(await world.targets.target(DEV)).toMatchObject({ claim: { execution: null }, current: { release: { tag, digest } }, next: null });
  expect(runningDigests(world)).toEqual([digest]);
}

/** What was committed since the branch had so many commits. */
async function commitsSince(count: number): Promise<readonly string[]> {
  return (await world.commits()).slice(count).map((subject) => subject.replace('inference-service ', ''));
}

describe('supersede, which interrupts before the commit only', () => {
  it('ends a deployment that has not committed for a newer release', async () => {
    const count = (await world.commits()).length;
    const older = await beforeCommit('2.0.0');
    const newer = imageOf('2.1.0');
    const [execution = ''] = await world.push(newer);
    await world.executions.reaches(execution, 'CheckAccess');
    older.letGo();
    expect(await world.executions.ended(execution)).toMatchObject({ status: 'SUCCEEDED', outcome: 'succeeded' });
    expect(await world.executions.ended(older.execution)).toMatchObject({ status: 'SUCCEEDED', outcome: 'superseded', commit: null });
    expect(await commitsSince(count)).toEqual(['deploy(dev): 2.1.0']);
    await expectDeployed(newer);
  }, PATIENT);

  it('lets the newest of those that come after the commit wait, and starts it when that has succeeded', async () => {
    const count = (await world.commits()).length;
    const holder = await inRollout('2.2.0');
    const [middle, newest] = [imageOf('2.3.0'), imageOf('2.4.0')];
    await expectWaits(await world.deploy(middle), holder, '2.3.0');
    await expectWaits(await world.deploy(newest), holder, '2.4.0');
    const [again = ''] = await hear(world, events.of('2.3.0'));
    const superseded = await world.executions.ended(again);
    expect(superseded).toMatchObject({ status: 'SUCCEEDED', outcome: 'superseded' });
    expect(superseded.cause).toMatch(/the newer release 2\.4\.0 .*, which waits here$/);
    faults.heal(holder.image.digest);
    expect(await world.executions.ended(holder.execution)).toMatchObject({ status: 'SUCCEEDED', outcome: 'succeeded' });
    await expectDeployed(newest);
    expect(await commitsSince(count)).toEqual(['deploy(dev): 2.2.0', 'deploy(dev): 2.4.0']);
    const { current } = await world.targets.target(DEV);
    expect(current?.execution).toMatch(/:next_inference-service_dev_eu_/);
    expect(Date.parse(current?.release.releasedAt ?? '')).toBe(Date.parse(events.of('2.4.0').time));
  }, PATIENT);

  it("starts what waits when the holder's release has failed", async () => {
    const holder = await inRollout('2.5.0');
    const next = imageOf('2.6.0');
    await expectWaits(await world.deploy(next), holder, '2.6.0');
    crash(holder.image);
    expect(await world.executions.ended(holder.execution)).toMatchObject({ status: 'FAILED', outcome: 'failed' });
    await expectDeployed(next);
  }, PATIENT);

  it("starts what waits when the holder's release was rolled back", async () => {
    await world.apply(policies({ rollback: 'automatic' }));
    const count = (await world.commits()).length;
    const holder = await inRollout('2.7.0');
    const next = imageOf('2.8.0');
    await expectWaits(await world.deploy(next), holder, '2.8.0');
    crash(holder.image);
    expect(await world.executions.ended(holder.execution)).toMatchObject({ status: 'FAILED', outcome: 'rolled-back' });
    await expectDeployed(next);
    expect(await commitsSince(count)).toEqual(['deploy(dev): 2.7.0', 'rollback(dev): 2.6.0', 'deploy(dev): 2.8.0']);
    await world.apply(policies({}));
  }, PATIENT);

  it('leaves what waits to the sweep when the holder was stopped by hand', async () => {
    const holder = await inRollout('2.9.0');
    const next = imageOf('2.10.0');
    await expectWaits(await world.deploy(next), holder, '2.10.0');
    await world.executions.stop(holder.execution);
    await world.executions.settled();
    expect(await world.targets.target(DEV)).toMatchObject({ claim: { execution: holder.execution }, next: { release: { tag: '2.10.0' } } });
    const [execution = '', ...others] = await world.executions.startedBy(async () => world.world.aws.events.fire(SWEEP_DUE));
    expect([execution, others]).toEqual([expect.stringMatching(/:next_inference-service_dev_eu_/), []]);
    expect(await world.executions.ended(execution)).toMatchObject({ status: 'SUCCEEDED', outcome: 'succeeded' });
    await expectDeployed(next);
  }, PATIENT);

  it("never lets a person's word wait", async () => {
    const holder = await inRollout('2.11.0');
    const wanted = imageOf('2.12.0');
    await events.pushUnheard(world, wanted);
    const execution = await world.executions.start({ service: 'inference-service', environment: 'dev', tag: '2.12.0', reason: 'the fix', by: OPERATOR });
    expect(await world.executions.ended(execution)).toMatchObject({ status: 'SUCCEEDED', outcome: 'succeeded' });
    expect(await world.executions.ended(holder.execution)).toMatchObject({ status: 'SUCCEEDED', outcome: 'superseded' });
    await expectDeployed(wanted);
  }, PATIENT);
});

describe('supersede with `interrupt: true`', () => {
  it('ends a deployment that has committed for a newer release, too', async () => {
    await world.apply(policies({ interrupt: true }));
    const count = (await world.commits()).length;
    const holder = await inRollout('3.0.0');
    const newer = imageOf('3.1.0');
    expect(await world.deploy(newer)).toMatchObject({ status: 'SUCCEEDED', outcome: 'succeeded' });
    expect(await world.executions.ended(holder.execution)).toMatchObject({ status: 'SUCCEEDED', outcome: 'superseded' });
    expect(await commitsSince(count)).toEqual(['deploy(dev): 3.0.0', 'deploy(dev): 3.1.0']);
    await expectDeployed(newer);
  }, PATIENT);
});

describe('queue', () => {
  it('lets what is newer wait before the commit already, and deploys both in their order', async () => {
    await world.apply(policies({ order: 'queue' }));
    const count = (await world.commits()).length;
    const holder = await beforeCommit('4.0.0');
    const newer = imageOf('4.1.0');
    await expectWaits(await world.deploy(newer), holder, '4.1.0');
    holder.letGo();
    expect(await world.executions.ended(holder.execution)).toMatchObject({ status: 'SUCCEEDED', outcome: 'succeeded' });
    await expectDeployed(newer);
    expect(await commitsSince(count)).toEqual(['deploy(dev): 4.0.0', 'deploy(dev): 4.1.0']);
  }, PATIENT);
});
