import { GetExecutionHistoryCommand, SFNClient } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Document } from 'yaml';
import { type Image, imageOf } from '../../../sandbox/scenarios/image.ts';
import type { PendingApproval } from '../../../src/ports/deployment-store.ts';
import { DEV, type DeployedWorld, startDeployedWorld } from '../../support/sandbox/deployed-world.ts';
import { at, hear, keepEcrEvents } from '../../support/sandbox/ecr-events.ts';
import type { Ended } from '../../support/sandbox/executions.ts';
import { createFaults, EAGER_KUBELET } from '../../support/sandbox/faults.ts';
import { ENVIRONMENTS } from '../../support/sandbox/more-environments.ts';
import { expectRefused, OPERATOR, slipway } from '../../support/sandbox/operator.ts';
import { announcements, runningDigests } from '../../support/sandbox/traces.ts';
import { aRole } from '../aws/a-role.ts';

const PATIENT = 120_000;

/** The question is there a moment after AwaitApproval was entered. */
const SOON = { timeout: 60_000, interval: 50 };

const events = keepEcrEvents();
const faults = createFaults();
let world: DeployedWorld;

const withApproval = (timeout: string) => (file: Document) => file.setIn([...ENVIRONMENTS, 'dev', 'approval'], { timeout });

beforeAll(async () => {
  world = await startDeployedWorld('happy', { editFile: withApproval('1h'), carryEvent: events.carry, faultOf: faults.faultOf, kubelet: EAGER_KUBELET });
}, PATIENT);
afterAll(() => world?.stop());

/** What this execution asks, once it asks. */
async function questionOf(execution: string): Promise<PendingApproval> {
  await expect.poll(async () => (await world.approvals.pending(DEV))?.execution, SOON).toBe(execution);
  const pending = await world.approvals.pending(DEV);
  if (pending === null) throw new Error(`${execution} asks nobody any more.`);
  return pending;
}

async function asked(image: Image): Promise<PendingApproval> {
  const [execution = ''] = await world.push(image);
  return questionOf(execution);
}

async function answer(...args: readonly string[]): Promise<void> {
  const { code, stderr } = await slipway(world, [...args.slice(0, 1), 'inference-service', 'dev', ...args.slice(1)]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
}

/** What Step Functions remembers of the answers, the last one last. */
async function answersIn(executionArn: string): Promise<readonly unknown[]> {
  const { endpointUrl: endpoint, account, administrator: credentials } = world.world.aws;
  const client = new SFNClient({ endpoint, region: account.region, credentials });
  const { events: history = [] } = await client.send(new GetExecutionHistoryCommand({ executionArn, maxResults: 1000 }));
  return history.flatMap(({ taskSucceededEventDetails: task }) => (task?.resource === 'invoke.waitForTaskToken' ? [JSON.parse(task.output ?? 'null') as unknown] : []));
}

async function expectAnswered({ execution }: PendingApproval, outcome: Ended['outcome'], cause: RegExp): Promise<void> {
  const ended = await world.executions.ended(execution);
  expect(ended).toMatchObject({ status: 'SUCCEEDED', outcome, commit: null });
  expect(ended.cause).toMatch(cause);
}

async function expectDeployed({ tag, digest }: Image): Promise<void> {
  await world.executions.settled();
  expect(await world.targets.target(DEV)).toMatchObject({ claim: { execution: null }, current: { release: { tag, digest } }, next: null });
  expect([runningDigests(world), await world.approvals.list()]).toEqual([[digest], []]);
}

describe('a release that a person must approve', () => {
  it('waits without a claim or a commit, and is deployed once it is approved, in the name that AWS gives', async () => {
    const image = imageOf('2.0.0');
    const question = await asked(image);
    expect([(await world.targets.target(DEV)).claim, await world.commits()]).toEqual([null, []]);
    expect((await slipway(world, ['approve'])).stdout).toMatch(new RegExp(`^inference-service/dev/eu\\n {2}release {4}2\\.0\\.0 {2}${image.digest}\\n`));
    await answer('approve', '--reason', 'tested');
    expect(await world.executions.ended(question.execution)).toMatchObject({ status: 'SUCCEEDED', outcome: 'succeeded' });
    expect(await answersIn(question.execution)).toMatchObject([{ status: 'approved', by: OPERATOR, reason: 'tested' }]);
    await expectDeployed(image);
  }, PATIENT);

  it('ends green and undeployed when it is rejected, with who did and why', async () => {
    const question = await asked(imageOf('2.1.0'));
    await answer('reject', '--reason', 'not on a Friday');
    await expectAnswered(question, 'rejected', new RegExp(`^rejected by ${OPERATOR}: not on a Friday$`));
    await expectDeployed(imageOf('2.0.0'));
    expect(announcements(world).at(-1)).toMatchObject({ outcome: 'rejected', release: { tag: '2.1.0' } });
  }, PATIENT);

  it('is superseded by a newer one that asks, and the answer that was meant for it is refused', async () => {
    const [older, newer] = [imageOf('2.2.0'), imageOf('2.3.0')];
    const first = await asked(older);
    const second = await asked(newer);
    await expectAnswered(first, 'superseded', /^superseded by the newer release 2\.3\.0 .*, which waits for approval$/);
    await expectRefused(world, ['approve', 'inference-service', 'dev', '--digest', older.digest], /^Not sha256:\S+ but 2\.3\.0 \(sha256:\S+\) waits for approval at inference-service\/dev\/eu/);
    const [again = ''] = await hear(world, events.of('2.2.0'));
    expect(await world.executions.ended(again)).toMatchObject({ outcome: 'superseded' });
    await answer('approve');
    expect(await world.executions.ended(second.execution)).toMatchObject({ outcome: 'succeeded' });
    await expectDeployed(newer);
  }, PATIENT);

  it('is asked for once where two executions bring it at once', async () => {
    const image = imageOf('2.4.0');
    const event = await events.pushUnheard(world, image);
    const executions = await hear(world, event, event);
    await expect.poll(async () => executions.includes((await world.approvals.pending(DEV))?.execution ?? ''), SOON).toBe(true);
    const asking = (await world.approvals.pending(DEV))?.execution ?? '';
    const other = executions.find((execution) => execution !== asking) ?? '';
    expect(await world.executions.ended(other)).toMatchObject({ status: 'SUCCEEDED', outcome: 'ignored', cause: `already waits for approval in ${asking}` });
    await answer('approve');
    expect(await world.executions.ended(asking)).toMatchObject({ outcome: 'succeeded' });
    expect((await world.commits()).filter((subject) => subject.endsWith(' 2.4.0'))).toHaveLength(1);
    await expectDeployed(image);
  }, PATIENT);

  it('is the newest of two different ones that come at once', async () => {
    const [older, newer] = [imageOf('2.5.0'), imageOf('2.6.0')];
    const told = [await events.pushUnheard(world, older), await events.pushUnheard(world, newer)];
    const now = Date.now();
    const [first = '', second = ''] = await hear(world, ...told.map((event, index) => at(event, now + (index - 1) * 1_000)));
    const superseded = world.executions.ended(first);
    await questionOf(second);
    expect(await superseded).toMatchObject({ status: 'SUCCEEDED', outcome: 'superseded', commit: null });
    await answer('approve');
    await expectDeployed(newer);
  }, PATIENT);

  it('can be answered by nobody who lacks lambda:InvokeFunctionUrl, and still waits then', async () => {
    const { iam } = world.world.aws;
    const { arn } = iam.createRole(aRole({ name: 'reader', actions: ['cloudformation:DescribeStacks', 'dynamodb:GetItem', 'dynamodb:Query', 'sts:GetCallerIdentity'] }));
    const { accessKeyId, secretAccessKey, sessionToken = '' } = iam.credentialsFor(arn, 'lambda.amazonaws.com', 'bob');
    const keys = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: sessionToken };
    const question = await asked(imageOf('2.7.0'));
    await expectRefused(world, ['approve', 'inference-service', 'dev'], /refuses the answer: .*assumed-role\/reader\/bob.*lambda:InvokeFunctionUrl/, keys);
    expect(await world.approvals.pending(DEV)).toEqual(question);
    await answer('reject');
    await expectAnswered(question, 'rejected', new RegExp(`^rejected by ${OPERATOR}$`));
  }, PATIENT);

  it('asks again when it was approved, failed and is redriven', async () => {
    const image = imageOf('2.8.0');
    faults.breakPods(image.digest, 'bad-pull');
    const question = await asked(image);
    await answer('approve');
    expect(await world.executions.ended(question.execution)).toMatchObject({ status: 'FAILED', outcome: 'failed' });
    faults.heal(image.digest);
    const redriven = world.executions.redrive(question.execution);
    const again = await questionOf(question.execution);
    expect(again.taskToken).not.toBe(question.taskToken);
    expect((await world.targets.target(DEV)).claim?.execution).toBeNull();
    await answer('approve', '--reason', 'the registry is back');
    expect(await redriven).toMatchObject({ status: 'SUCCEEDED', outcome: 'succeeded' });
    expect(await answersIn(question.execution)).toMatchObject([{ status: 'approved' }, { status: 'approved', by: OPERATOR, reason: 'the registry is back' }]);
    await expectDeployed(image);
  }, PATIENT);

  it('asks again when its execution was stopped while it waited and is redriven; until then there is nothing to answer', async () => {
    const image = imageOf('3.0.0');
    const question = await asked(image);
    await world.executions.stop(question.execution);
    expect((await slipway(world, ['approve'])).stdout).toBe('Nothing waits for approval.\n');
    const { code, stderr } = await slipway(world, ['approve', 'inference-service', 'dev']);
    expect([code, stderr]).toEqual([1, expect.stringMatching(/^Nothing waits for approval at inference-service\/dev\/eu: /)]);
    const redriven = world.executions.redrive(question.execution);
    expect((await questionOf(question.execution)).taskToken).not.toBe(question.taskToken);
    await answer('approve');
    expect(await redriven).toMatchObject({ status: 'SUCCEEDED', outcome: 'succeeded' });
    await expectDeployed(image);
  }, PATIENT);

  it('stays behind a hold that came while it waited, and asks again when that is lifted', async () => {
    const image = imageOf('3.1.0');
    const question = await asked(image);
    expect((await slipway(world, ['hold', 'inference-service', '--reason', 'migration'])).code).toBe(0);
    await answer('approve');
    await expectAnswered(question, 'ignored', /^held by .*: migration; /);
    expect(await world.targets.target(DEV)).toMatchObject({ current: { release: { tag: '3.0.0' } }, next: { release: { tag: '3.1.0' } } });
    expect((await slipway(world, ['resume', 'inference-service'])).code).toBe(0);
    await expect.poll(async () => (await world.approvals.pending(DEV))?.execution, SOON).toMatch(/:next_/);
    await answer('approve');
    await expectDeployed(image);
  }, PATIENT);

  it('is superseded by a rollback by hand, which asks nobody, whatever is answered afterwards', async () => {
    const question = await asked(imageOf('3.2.0'));
    expect((await slipway(world, ['rollback', 'inference-service', 'dev', '--reason', 'slow'])).code).toBe(0);
    await answer('approve');
    await expectAnswered(question, 'superseded', /^superseded by the newer release 3\.0\.0 /);
    await expectDeployed(imageOf('3.0.0'));
    expect((await slipway(world, ['resume', 'inference-service'])).code).toBe(0);
  }, PATIENT);

  it('is rejected when nobody answers in time, and an answer that comes then is told so', async () => {
    await world.apply(withApproval('1s'));
    const head = await world.head();
    const [execution = ''] = await world.push(imageOf('2.9.0'));
    expect(await world.executions.ended(execution)).toMatchObject({ status: 'SUCCEEDED', outcome: 'rejected', cause: expect.stringMatching(/^nobody answered by \d{4}-\d\d-\d\dT\S+Z$/) as unknown });
    await expectDeployed(imageOf('3.0.0'));
    await expectRefused(world, ['approve', 'inference-service', 'dev', 'eu'], /^Nothing waits for approval at inference-service\/dev\/eu; /);
    expect(await world.head()).toBe(head);
  }, PATIENT);
});
