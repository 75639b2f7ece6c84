import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Document } from 'yaml';
import { type Image, imageOf } from '../../../sandbox/scenarios/image.ts';
import { DEV, type DeployedWorld, startDeployedWorld } from '../../support/sandbox/deployed-world.ts';
import { hear, keepEcrEvents, replicated } from '../../support/sandbox/ecr-events.ts';
import { createFaults, EAGER_KUBELET } from '../../support/sandbox/faults.ts';
import { ENVIRONMENTS } from '../../support/sandbox/more-environments.ts';
import { expectRefused, OPERATOR, slipway } from '../../support/sandbox/operator.ts';
import { patient, patientFiles } from '../../support/sandbox/patience.ts';
import { runningDigests } from '../../support/sandbox/traces.ts';

const PATIENT = 120_000;
const SWEEP_DUE = 'slipway-sandbox-sweep-due';

const events = keepEcrEvents();
const faults = createFaults();
const [first, second, third, fourth] = [imageOf('2.0.0'), imageOf('2.1.0'), imageOf('2.2.0'), imageOf('2.3.0')];
let world: DeployedWorld;

beforeAll(async () => {
  world = await startDeployedWorld('happy', { configFiles: patientFiles(), editFile: patient, carryEvent: events.carry, faultOf: faults.faultOf, kubelet: EAGER_KUBELET });
  expect(await world.deploy(first)).toMatchObject({ outcome: 'succeeded' });
}, PATIENT);
afterAll(() => world?.stop());

const target = () => world.targets.target(DEV);
const command = async (...args: readonly string[]) => {
  const { code, stdout, stderr } = await slipway(world, [...args, '--json']);
  expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
  await world.executions.settled();
  return JSON.parse(stdout) as unknown;
};
const sweep = () => world.executions.startedBy(async () => world.world.aws.events.fire(SWEEP_DUE));

/** This release is there: in the table, on the branch and in the pods; and nobody is at work. */
async function expectDeployed({ tag, digest }: Image, state: object = {}): Promise<void> {
  await world.executions.settled();
  expect(await target()).toMatchObject({ claim: { execution: null }, current: { release: { tag, digest } }, ...state });
  expect((await world.commits()).at(-1)).toBe(`deploy(dev): inference-service ${tag}`);
  expect(runningDigests(world)).toEqual([digest]);
}

/** Executions that end ignored, with this cause, and leave all but the release that waits as it was. */
async function expectIgnored(start: () => Promise<readonly string[]>, cause: RegExp): Promise<void> {
  const { version: _, next: __, ...before } = await target();
  const head = await world.head();
  const executions = await start();
  expect(executions).toHaveLength(1);
  for (const execution of executions) expect(await world.executions.ended(execution)).toMatchObject({ status: 'SUCCEEDED', outcome: 'ignored', cause: expect.stringMatching(cause) as unknown });
  expect([await target(), await world.head()]).toMatchObject([before, head]);
}

/** A release that is committed, and whose pods do not become Ready. */
async function inRollout(image: Image): Promise<string> {
  faults.breakPods(image.digest, 'never-ready');
  const [execution = ''] = await world.push(image);
  await world.executions.reaches(execution, 'CheckRollout');
  return execution;
}

describe('a hold', () => {
  const HELD = new RegExp(`^held by ${OPERATOR} since \\S+: database migration until 04:00; \`slipway resume\` lifts it$`);

  it('is set by a person, and says so', async () => {
    await command('hold', 'inference-service', 'dev', '--reason', 'database migration until 04:00');
    expect((await target()).hold).toMatchObject({ by: OPERATOR, reason: 'database migration until 04:00' });
  }, PATIENT);

  it('keeps the release of a push as `next`', async () => {
    await expectIgnored(() => world.push(second), HELD);
    expect((await target()).next?.release).toMatchObject({ tag: '2.1.0', digest: second.digest });
  }, PATIENT);

  it('is moved neither by the event again, nor by another tag, nor by a replication, nor by the sweep', async () => {
    await expectIgnored(() => hear(world, events.of('2.1.0')), HELD);
    await expectIgnored(() => hear(world, replicated(events.of('2.1.0'))), HELD);
    await expectIgnored(() => world.putTag(second, 'v2'), HELD);
    const before = await target();
    expect(await sweep()).toEqual([]);
    expect(await target()).toEqual(before);
    expect(before.next?.release).toMatchObject({ tag: 'v2', digest: second.digest });
    expect(runningDigests(world)).toEqual([first.digest]);
  }, PATIENT);

  it('is lifted by a person, and what waited is deployed', async () => {
    expect(await command('resume', 'inference-service', 'dev')).toMatchObject({ targets: [{ lifted: { by: OPERATOR }, next: { tag: 'v2', status: 'started' } }] });
    await expectDeployed({ ...second, tag: 'v2' }, { hold: null, next: null });
  }, PATIENT);
});

describe('a rollback by hand', () => {
  it('brings the release before back, holds the target and quarantines what it left, in spite of a hold', async () => {
    await command('hold', 'inference-service', 'dev', '--reason', 'looking into it');
    expect(await command('rollback', 'inference-service', 'dev', '--reason', '5xx since v2')).toMatchObject({ targets: [{ outcome: 'succeeded', from: { tag: 'v2' }, to: { tag: '2.0.0' } }] });
    const left = { digest: second.digest, tag: 'v2', cause: `rolled back by ${OPERATOR}: 5xx since v2` };
    await expectDeployed(first, { hold: { reason: 'looking into it' }, quarantine: [left] });
    await command('resume', 'inference-service', 'dev');
    await expectDeployed(first, { hold: null, quarantine: [left] });
  }, PATIENT);

  it('is respected by every event of the digest that it left, and by the sweep', async () => {
    const late = await hear(world, events.of('v2'), replicated(events.of('2.1.0')));
    for (const execution of late) expect(await world.executions.ended(execution)).toMatchObject({ status: 'SUCCEEDED', outcome: 'superseded', commit: null });
    await expectIgnored(() => world.putTag(second, 'v2.1'), /^v2\.1 is quarantined here since \S+: rolled back by .*: 5xx since v2; `slipway deploy` lifts that$/);
    expect([late.length, await sweep()]).toEqual([2, []]);
    await expectDeployed(first, { next: null });
  }, PATIENT);

  it('is undone for that digest by a deployment by hand, which needs no resume', async () => {
    await command('hold', 'inference-service', 'dev', '--reason', 'still looking');
    expect(await command('deploy', 'inference-service', '--tag', '2.1.0', '--environment', 'dev', '--reason', 'it was the proxy')).toMatchObject({ outcome: 'succeeded' });
    await expectDeployed(second, { hold: { reason: 'still looking' }, quarantine: [] });
    await command('resume', 'inference-service', 'dev');
  }, PATIENT);

  it('goes to the release of a tag, holds there whatever is pushed, and gives way to it once it is resumed', async () => {
    expect(await world.deploy(third)).toMatchObject({ outcome: 'succeeded' });
    expect(await command('rollback', 'inference-service', 'dev', 'eu', '--to', '2.0.0', '--reason', 'leaks memory')).toMatchObject({ targets: [{ outcome: 'succeeded', to: { tag: '2.0.0' } }] });
    const state = { hold: { by: OPERATOR, reason: 'leaks memory' }, quarantine: [{ digest: third.digest }] };
    await expectDeployed(first, state);
    await expectIgnored(() => world.push(fourth), /^held by .*: leaks memory/);
    expect(await sweep()).toEqual([]);
    await expectDeployed(first, state);
    expect(await command('resume', 'inference-service')).toMatchObject({ targets: [{ next: { tag: '2.3.0', status: 'started' } }] });
    await expectDeployed(fourth, { hold: null, next: null, quarantine: state.quarantine });
  }, PATIENT);
});

describe('an older release that a person deploys', () => {
  it('holds the target, so that neither a push nor the sweep brings the newer one back', async () => {
    expect(await command('deploy', 'inference-service', '--tag', '2.1.0', '--reason', 'back for now')).toMatchObject({ outcome: 'succeeded' });
    await expectDeployed(second, { hold: { by: OPERATOR, reason: 'back for now' } });
    await expectIgnored(() => world.putTag(fourth, 'nightly'), /^held by .*: back for now/);
    expect(await sweep()).toEqual([]);
    await expectDeployed(second);
    await command('resume', 'inference-service');
    await expectDeployed({ ...fourth, tag: 'nightly' }, { hold: null });
  }, PATIENT);
});

describe('a redrive of what was rolled back', () => {
  it("is a person's word: it lifts the quarantine, goes through a hold, and deploys the release", async () => {
    const image = imageOf('2.4.0');
    await world.apply((file: Document) => {
      patient(file);
      file.setIn([...ENVIRONMENTS, 'dev', 'rollback'], 'automatic');
    });
    faults.breakPods(image.digest, 'bad-pull');
    expect(await world.deploy(image)).toMatchObject({ status: 'FAILED', outcome: 'rolled-back' });
    expect(await target()).toMatchObject({ hold: null, current: { release: { tag: 'nightly' } }, quarantine: [{ digest: image.digest }, { digest: third.digest }] });
    faults.heal(image.digest);
    await command('hold', 'inference-service', '--reason', 'wait for me');
    expect(await command('redrive', 'inference-service')).toMatchObject({ outcome: 'succeeded' });
    await expectDeployed(image, { hold: { reason: 'wait for me' }, quarantine: [{ digest: third.digest }] });
    await command('resume', 'inference-service');
  }, PATIENT);
});

describe('beside a deployment that runs', () => {
  const [running, waiting] = [imageOf('3.0.0'), imageOf('3.1.0')];

  it('a hold lets it end, and keeps back what waited for it, until it is lifted', async () => {
    const execution = await inRollout(running);
    expect(await world.deploy(waiting)).toMatchObject({ outcome: 'ignored', cause: expect.stringMatching(/^waits for /) as unknown });
    expect((await slipway(world, ['hold', 'inference-service', '--reason', 'one at a time'])).stdout).toContain(`3.0.0 is being deployed and goes on: ${execution}`);
    faults.heal(running.digest);
    expect(await world.executions.ended(execution)).toMatchObject({ outcome: 'succeeded' });
    await expectDeployed(running, { next: { release: { tag: '3.1.0' } } });
    await command('resume', 'inference-service');
    await expectDeployed(waiting, { hold: null, next: null });
  }, PATIENT);

  it('a resume leaves what waited to the end of the deployment', async () => {
    const [holder, next] = [imageOf('3.2.0'), imageOf('3.3.0')];
    const execution = await inRollout(holder);
    await slipway(world, ['hold', 'inference-service', '--reason', 'wait']);
    expect(await world.deploy(next)).toMatchObject({ outcome: 'ignored', cause: expect.stringMatching(/^held by /) as unknown });
    expect((await slipway(world, ['resume', 'inference-service'])).stdout).toContain(`3.3.0 follows ${execution}, which runs`);
    expect(await target()).toMatchObject({ hold: null, claim: { execution }, next: { release: { tag: '3.3.0' } } });
    faults.heal(holder.digest);
    await expectDeployed(next, { next: null });
  }, PATIENT);

  it('a rollback by hand takes the target from it, and quarantines it', async () => {
    const bad = imageOf('3.4.0');
    const execution = await inRollout(bad);
    expect(await command('rollback', 'inference-service', '--reason', 'never Ready')).toMatchObject({ targets: [{ outcome: 'succeeded', from: { tag: '3.4.0' }, to: { tag: '3.3.0' } }] });
    expect(await world.executions.ended(execution)).toMatchObject({ status: 'SUCCEEDED', outcome: 'superseded' });
    await expectDeployed(imageOf('3.3.0'), { hold: { reason: 'never Ready' } });
    expect((await target()).quarantine[0]).toMatchObject({ digest: bad.digest, tag: '3.4.0' });
    await command('resume', 'inference-service');
  }, PATIENT);
});

describe('what can not be done', () => {
  it.each([
    ['resuming what is not held', ['resume', 'inference-service', 'dev'], /^No hold is there to lift on inference-service\/dev\/eu; /],
    ['going back to a tag that never succeeded', ['rollback', 'inference-service', 'dev', '--to', '9.9.9', '--reason', 'x'], /can't go back to 9\.9\.9: no release of that tag has succeeded there/],
    ['going back to what is there', ['rollback', 'inference-service', 'dev', '--to', '3.3.0', '--reason', 'x'], /is at 3\.3\.0 already/],
    ['redriving where nothing failed', ['redrive', 'inference-service'], /so there is nothing to redrive/],
    ['redriving an execution that is not there', ['redrive', 'no-such-execution'], /no service or execution no-such-execution/],
    ['approving where nothing waits', ['approve', 'inference-service', 'dev'], /^Nothing waits for approval at inference-service\/dev; /],
  ])('changes nothing: %s', async (_, args, says) => {
    await expectRefused(world, args, says);
  }, PATIENT);

  it('changes nothing: redriving what has succeeded', async () => {
    const execution = (await target()).current?.execution ?? '';
    await expectRefused(world, ['redrive', execution], /succeeded, so there is nothing to redrive; `slipway deploy inference-service --tag 3\.3\.0 --environment dev --target eu --stage sandbox` deploys it again\.$/m);
  }, PATIENT);

  it('changes nothing: redriving what still runs', async () => {
    const execution = await inRollout(imageOf('4.0.0'));
    await expectRefused(world, ['redrive', execution], /is still running, so there is nothing to redrive/);
    await world.executions.stop(execution);
  }, PATIENT);
});
