import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { imageOf } from '../../../sandbox/scenarios/image.ts';
import { mergeAwaitedBy } from '../../support/sandbox/awaited-merge.ts';
import { DEV } from '../../support/sandbox/deployed-world.ts';
import { EAGER_KUBELET } from '../../support/sandbox/faults.ts';
import { type ForgeInWorld, startForgeInWorld } from '../../support/sandbox/forge.ts';
import { actionsOf, examineRights, withoutAction } from '../../support/sandbox/rights.ts';
import { runningDigests } from '../../support/sandbox/traces.ts';

const PATIENT = 300_000;

let forge: ForgeInWorld;
let version = 1;

const nextImage = () => imageOf(`${++version}.0.0`);

beforeAll(async () => {
  forge = await startForgeInWorld({ kubelet: EAGER_KUBELET });
}, PATIENT);
afterAll(() => forge?.stop());
beforeEach(() => forge.propose());

async function proposed(image = nextImage()) {
  const [execution = ''] = await forge.world.push(image);
  const merge = await mergeAwaitedBy(forge.world, execution);
  if (merge === null) throw new Error(`${execution} ended before it waited for a merge.`);
  return { image, execution, number: merge.pullRequest.number };
}

const ended = (execution: string) => forge.world.executions.ended(execution);
const openNumbers = () => forge.pulls.all().filter(({ state }) => state === 'open').map(({ number }) => number);

describe('a release that goes out as a pull request', () => {
  it('waits for the merge with the branch as it was, and is Ready once the webhook has told of it', async () => {
    const { world, pulls } = forge;
    const before = await world.head();
    const { image, execution, number } = await proposed();
    expect(pulls.find(number)).toMatchObject({ branch: 'slipway/dev/inference-service', base: 'main', title: `deploy(dev): inference-service ${image.tag}` });
    expect(await world.head()).toBe(before);
    await pulls.merge(number);
    expect(await forge.sendWebhook(number)).toBe(200);
    const { status, outcome } = await ended(execution);
    expect({ status, outcome }).toEqual({ status: 'SUCCEEDED', outcome: 'succeeded' });
    expect(runningDigests(world)).toEqual([image.digest]);
    const attempt = (await world.records.history(DEV, 1))[0]?.attempts[0];
    expect(attempt).toMatchObject({ pullRequest: { number }, commit: { revision: await world.head(), changes: [{ path: 'image.tag' }, { path: 'image.digest' }] } });
    expect(attempt?.timings.merge).toBeGreaterThan(0);
    expect(await forge.world.merges.list()).toEqual([]);
  }, PATIENT);

  it('is updated by a newer one, which supersedes it at once; a lost webhook is made up for by the schedule', async () => {
    const { world, pulls } = forge;
    const older = await proposed();
    const newer = await proposed();
    expect(newer.number).toBe(older.number);
    expect(await ended(older.execution)).toMatchObject({ status: 'SUCCEEDED', outcome: 'superseded' });
    expect(openNumbers()).toEqual([newer.number]);
    await pulls.merge(newer.number);
    await forge.look();
    expect(await ended(newer.execution)).toMatchObject({ outcome: 'succeeded' });
    expect(runningDigests(world)).toEqual([newer.image.digest]);
  }, PATIENT);

  it('hears nobody who does not know the secret, and is rejected once it is closed', async () => {
    const { pulls, world } = forge;
    const before = await world.head();
    const { execution, number } = await proposed();
    pulls.close(number);
    expect(await forge.sendWebhook(number, 'made-up')).toBe(401);
    expect(await forge.world.merges.pending(DEV)).toMatchObject({ execution });
    expect(await forge.sendWebhook(number)).toBe(200);
    const { status, outcome, cause } = await ended(execution);
    expect({ status, outcome }).toEqual({ status: 'SUCCEEDED', outcome: 'rejected' });
    expect(cause).toMatch(new RegExp(`^pull request #${number} was closed without a merge at 2026-01-02T04:00:00Z: http`));
    expect(await world.head()).toBe(before);
    expect((await world.targets.target(DEV)).claim).toMatchObject({ execution: null });
  }, PATIENT);

  it('goes on where it was stopped and merged meanwhile, and is redriven', async () => {
    const { world, pulls } = forge;
    const { image, execution, number } = await proposed();
    await world.executions.stop(execution);
    await pulls.merge(number);
    await world.executions.redrive(execution);
    expect(await ended(execution)).toMatchObject({ outcome: 'succeeded' });
    expect(runningDigests(world)).toEqual([image.digest]);
    expect(await forge.world.merges.list()).toEqual([]);
  }, PATIENT);

  it('is superseded where it was merged, and another commit has set the value since', async () => {
    const { world, pulls } = forge;
    const { image, execution, number } = await proposed();
    const file = 'envs/dev/values.yaml';
    const before = await world.world.git.repository.readFiles('main', [file]);
    await pulls.merge(number);
    await world.world.git.repository.commit({ message: 'Back by hand', files: before });
    await forge.look();
    const { outcome, cause } = await ended(execution);
    expect({ outcome, cause }).toEqual({ outcome: 'superseded', cause: expect.stringContaining(`pull request #${number} was merged, and image.tag`) as unknown });
    expect(runningDigests(world)).not.toContain(image.digest);
  }, PATIENT);

  it('is rejected when nobody merges it in time', async () => {
    await forge.propose({ timeout: '2s' });
    const [execution = ''] = await forge.world.push(nextImage());
    const { status, outcome, cause } = await ended(execution);
    expect({ status, outcome }).toEqual({ status: 'SUCCEEDED', outcome: 'rejected' });
    expect(cause).toMatch(/^nobody merged pull request #\d+ by \d{4}-\d\d-\d\dT\S+Z: http/);
    // On a slow machine its token may be stored only now; the next look finds that nobody waits there.
    const lookAgain = async () => {
      await forge.look();
      return forge.world.merges.list();
    };
    await expect.poll(lookAgain, { timeout: PATIENT }).toEqual([]);
    expect(openNumbers()).toHaveLength(1);
  }, PATIENT);

  it('is merged by the host itself where the environment says so', async () => {
    await forge.propose({ automatic: true });
    const image = nextImage();
    const { outcome, timings } = await forge.world.deploy(image);
    expect({ outcome, merged: timings?.merge !== undefined }).toEqual({ outcome: 'succeeded', merged: true });
    expect(openNumbers()).toEqual([]);
    expect(runningDigests(forge.world)).toEqual([image.digest]);
  }, PATIENT);
});

/** Takes each action of the two roles away in turn, as test/sandbox/least-privilege.test.ts does with all others. */
describe('the roles of the functions that wait for merges', () => {
  const policiesOf = (role: string) => forge.world.world.aws.iam.rolePolicies().get(`slipway-sandbox-${role}`) ?? [];

  /** What is logged without the action. */
  const logWithout = (role: string, action: string, play: () => Promise<unknown>) =>
    forge.logOf(() => examineRights(forge.world).withPolicies(new Map([[`slipway-sandbox-${role}`, withoutAction(policiesOf(role), action)]]), play));

  const refusal = (role: string, action: string) => expect.stringMatching(new RegExp(`assumed-role/slipway-sandbox-${role}/[^ ]+ is not authorized to perform: ${action} `)) as unknown;

  it.each(['dynamodb:GetItem', 'secretsmanager:GetSecretValue', 'dynamodb:UpdateItem', 'states:SendTaskSuccess', 'dynamodb:DeleteItem'])('let AwaitMerge do no more than it needs: without %s it fails', async (action) => {
    await forge.propose({ automatic: true });
    expect(await logWithout('await-merge', action, () => forge.world.deploy(nextImage()))).toEqual(refusal('await-merge', action));
    await forge.look();
  }, PATIENT);

  it('let what resumes do no more than it needs: without any of its actions it fails', async () => {
    const { execution, number } = await proposed();
    await forge.pulls.merge(number);
    for (const action of ['dynamodb:Query', 'dynamodb:GetItem', 'secretsmanager:GetSecretValue', 'states:SendTaskSuccess', 'dynamodb:DeleteItem']) {
      expect(await logWithout('resume-pull-requests', action, () => forge.look())).toEqual(refusal('resume-pull-requests', action));
    }
    await forge.look();
    expect(await ended(execution)).toMatchObject({ outcome: 'succeeded' });
  }, PATIENT);

  it('hold nothing else', () => {
    const actions = (role: string) => actionsOf(policiesOf(role)).filter((action) => !action.startsWith('logs:')).sort();
    expect(actions('await-merge')).toEqual(['dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:UpdateItem', 'secretsmanager:GetSecretValue', 'states:SendTaskSuccess']);
    expect(actions('resume-pull-requests')).toEqual(['dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:Query', 'secretsmanager:GetSecretValue', 'states:SendTaskSuccess']);
  });
});
