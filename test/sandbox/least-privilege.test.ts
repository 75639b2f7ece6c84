import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSignedAnswers } from '../../cli/approval/signed-answers.ts';
import { findStack } from '../../cli/stack.ts';
import { closeServer, listenOnLoopback } from '../../sandbox/loopback.ts';
import { type Image, imageOf } from '../../sandbox/scenarios/image.ts';
import { createApprovalStore } from '../../src/adapters/dynamodb/approval-store.ts';
import { openTable } from '../../src/adapters/dynamodb/table.ts';
import { NotFoundError } from '../../src/domain/errors.ts';
import type { PendingApproval } from '../../src/ports/deployment-store.ts';
import { type DeployedWorld, startDeployedWorld } from '../support/sandbox/deployed-world.ts';
import { createFaults, EAGER_KUBELET } from '../support/sandbox/faults.ts';
import { ENVIRONMENTS, withEnvironments } from '../support/sandbox/more-environments.ts';
import { actionsOf, examineRights, isRefusalOf, type Rights, withoutAction } from '../support/sandbox/rights.ts';

/**
 * Takes each action of each role away in turn: something must fail with AWS's refusal of that action, or the role has more than its
 * function needs.
 */

/** Their actions are taken away where releases are proposed: test/sandbox/scenarios/pull-requests.test.ts. */
const ELSEWHERE = ['slipway-sandbox-await-merge', 'slipway-sandbox-resume-pull-requests'];

const faults = createFaults();
const health = createServer((_request, response) => response.end('ok\n'));
let world: DeployedWorld;
let rights: Rights;
let version = 1;

const PROD = { service: 'inference-service', environment: 'prod', target: 'eu' };
const nextImage = () => imageOf(`${++version}.0.0`);

beforeAll(async () => {
  const url = `http://${await listenOnLoopback(health)}/`;
  const prod = { name: 'prod', values: (text: string) => text, application: () => undefined, entry: (entry: { set(key: string, value: unknown): void }) => {
    entry.set('after', 'dev');
    entry.set('approval', { timeout: '2s' });
  } };
  const { editFile, ...options } = withEnvironments([prod]);
  world = await startDeployedWorld('happy', {
    ...options,
    faultOf: faults.faultOf,
    kubelet: EAGER_KUBELET,
    random: () => 0.01 * Math.random(),
    editFile(file) {
      editFile(file);
      file.setIn([...ENVIRONMENTS, 'dev', 'rollback'], 'automatic');
      file.setIn([...ENVIRONMENTS, 'dev', 'rollout', 'timeout'], '60s');
      file.setIn([...ENVIRONMENTS, 'dev', 'targets', 'eu', 'smoke'], { url });
    },
  });
  rights = examineRights(world);
  await world.deploy(nextImage());
  await rights.untilQuiet();
}, 180_000);
afterAll(async () => {
  await world?.stop();
  await closeServer(health);
});

it('every action of every role is needed: without it, something fails with AWS’s refusal', async () => {
  const superfluous: string[] = [];
  for (const [role, policies] of world.world.aws.iam.rolePolicies()) {
    if (ELSEWHERE.includes(role)) continue;
    for (const action of actionsOf(policies).filter((one) => !one.startsWith('logs:'))) {
      const said = await rights.withPolicies(new Map([[role, withoutAction(policies, action)]]), () => whatIsSaid(role, action));
      if (!isRefusalOf(said, role, action)) superfluous.push(`${role} ${action}`);
    }
  }
  expect(superfluous).toEqual([]);
}, 600_000);

it('nobody may anything at CodeCommit, where no repository there is named', () => {
  const actions = [...world.world.aws.iam.rolePolicies()].flatMap(([, policies]) => actionsOf(policies));
  expect(actions).toContain('secretsmanager:GetSecretValue');
  expect(actions.filter((action) => action.startsWith('codecommit:'))).toEqual([]);
});

describe('the rights to write logs', () => {
  it.each(['logs:CreateLogStream', 'logs:PutLogEvents'])('are needed: without %s no function leaves a log', async (action) => {
    const all = world.world.aws.iam.rolePolicies();
    const loggingRoles = [...all].filter(([role, policies]) => !ELSEWHERE.includes(role) && actionsOf(policies).includes(action)).map(([role]) => role);
    const mute = new Map(loggingRoles.map((role) => [role, withoutAction(all.get(role) ?? [], action)] as const));
    const silent = await rights.withPolicies(mute, () => rights.logOf(playAll));
    const heard = await rights.logOf(playAll);
    expect(silent).toBe('');
    const functions = new Set([...heard.matchAll(/"step":"([^"]+)"/g)].map(([, name]) => name));
    expect(loggingRoles.length).toBeGreaterThan(10);
    expect(functions.size).toBe(loggingRoles.length + 1); // two functions share the cluster reader's role
  }, 600_000);
});

/** Comes through every function once. */
async function playAll(): Promise<void> {
  await world.deploy(nextImage());
  await pushBadImage();
  await approve();
  await sweep();
}

/** Plays what exercises the action, and returns what was said meanwhile. */
function whatIsSaid(role: string, action: string): Promise<string> {
  return rights.saidDuring(() => playFor(role.replace('slipway-sandbox-', ''), action));
}

async function playFor(role: string, action: string): Promise<void> {
  const isAbout = (...actions: string[]): boolean => actions.includes(action);
  if (role === 'roll-back') return pushBadImage();
  if (role === 'sweep-releases') return isAbout('states:DescribeExecution') ? sweepBesideStopped() : sweepAfterLostEvent();
  if (role === 'answer-approval') return approve();
  if (role === 'await-approval') return isAbout('states:DescribeExecution', 'states:SendTaskSuccess') ? askTwice() : ask();
  if (role === 'conclude-deployment' && isAbout('dynamodb:GetItem', 'dynamodb:DeleteItem')) return ask();
  if (isAbout('states:DescribeExecution') || (role === 'conclude-deployment' && isAbout('states:StartExecution'))) return pushTwice();
  if (role === 'rule') await world.push(nextImage());
  else await world.deploy(nextImage());
}

async function pushBadImage(): Promise<void> {
  const image = nextImage();
  faults.breakPods(image.digest, 'bad-crash');
  await world.deploy(image);
}

/** The second comes while the first is rolled out, and waits until it has ended. */
async function pushTwice(): Promise<void> {
  const [first, second] = [nextImage(), nextImage()];
  faults.breakPods(first.digest, 'never-ready');
  const [execution = ''] = await world.push(first);
  await world.executions.reaches(execution, 'CheckRollout');
  const [waiting = ''] = await world.push(second);
  await world.executions.ended(waiting);
  faults.heal(first.digest);
  await world.executions.ended(execution);
}

/** The question is left unanswered, and its time is over after two seconds. */
async function ask(): Promise<void> {
  await world.executions.ended(await world.executions.start(await prodRequest()));
}

/** The second supersedes the first's question, unless that was out of time before: then both are asked again. */
async function askTwice(): Promise<void> {
  for (let outOfTime = true; outOfTime; ) {
    const first = await world.executions.start(await prodRequest());
    await questionOf(first);
    const second = await world.executions.start(await prodRequest());
    const ends = [await world.executions.ended(first), await world.executions.ended(second)];
    outOfTime = ends.every(({ status, outcome }) => status === 'SUCCEEDED' && outcome === 'rejected');
  }
}

/** A question that was out of time before its answer came is asked again. */
async function approve(): Promise<void> {
  for (let outOfTime = true; outOfTime; ) {
    const execution = await world.executions.start(await prodRequest());
    outOfTime = !(await isAnswered(execution));
    await world.executions.ended(execution);
  }
}

/** Whether there was a question to answer, however the answer was taken. */
async function isAnswered(execution: string): Promise<boolean> {
  const question = await questionOf(execution);
  if (question === null) return false;
  const { aws } = world.world;
  const { approvalUrl: url } = await findStack('sandbox');
  const send = createSignedAnswers({ url, region: aws.account.region, credentials: aws.administrator });
  return send({ ...PROD, digest: question.release.digest, answer: 'approve' }).then(() => true, (error: unknown) => !(error instanceof NotFoundError));
}

async function sweepAfterLostEvent(): Promise<void> {
  await pushUnheard();
  await sweep();
}

async function sweepBesideStopped(): Promise<void> {
  const image = nextImage();
  faults.breakPods(image.digest, 'never-ready');
  const [execution = ''] = await world.push(image);
  await world.executions.reaches(execution, 'CheckRollout');
  await world.executions.stop(execution);
  await sweep();
}

async function sweep(): Promise<void> {
  world.world.aws.events.fire('slipway-sandbox-sweep-due');
  await world.world.aws.events.settled();
}

/** Asks for a new image in prod, whose push starts nothing: its event is lost. */
async function prodRequest(): Promise<object> {
  const { tag } = await pushUnheard();
  return { service: PROD.service, environment: PROD.environment, tag };
}

/** Pushes an image whose event is lost: its rule may start nothing. */
async function pushUnheard(): Promise<Image> {
  const image = nextImage();
  await rights.withPolicies(new Map([['slipway-sandbox-rule', []]]), () => world.push(image));
  return image;
}

/** What the execution asks; null once it has ended without an answer. */
async function questionOf(execution: string): Promise<PendingApproval | null> {
  let ended = false;
  void world.executions.ended(execution).then(() => (ended = true));
  for (;;) {
    const question = (await approvals().list()).find((pending) => pending.execution === execution);
    if (question !== undefined || ended) return question ?? null;
    await sleep(20);
  }
}

function config() {
  const { endpointUrl: endpoint, account, administrator: credentials } = world.world.aws;
  return { endpoint, region: account.region, credentials, maxAttempts: 1 };
}

const approvals = () => createApprovalStore(openTable({ tableName: 'slipway-sandbox', client: new DynamoDBClient(config()) }));
