import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createMemorySecrets } from '../../../src/adapters/memory/secrets.ts';
import { createWebhooks } from '../../../src/adapters/webhooks/webhooks.ts';
import { UnavailableError } from '../../../src/domain/errors.ts';
import { resumePullRequests } from '../../../src/steps/resume-pull-requests.ts';
import { aPendingMerge } from '../../support/merge.ts';
import { aProposingWorld, NEW, OLD, type ProposingWorld } from '../../support/proposing-world.ts';

const SECRET = 'made-for-this-test';
const SCHEDULE = { 'detail-type': 'Scheduled Event' } as const;

async function aWaitingWorld() {
  const world = await aProposingWorld();
  const { deployment } = await world.propose('a', NEW);
  await world.wait('a', deployment);
  return world;
}

function resume(world: Partial<ProposingWorld>, input: unknown) {
  const webhooks = createWebhooks(createMemorySecrets({ 'slipway/webhook': JSON.stringify({ token: SECRET }) }), 'slipway/webhook');
  return resumePullRequests.run({ ...(world as ProposingWorld), webhooks }, resumePullRequests.input.parse(input));
}

function webhook(payload: unknown, { secret = SECRET, method = 'POST', isBase64Encoded = false } = {}) {
  const body = typeof payload === 'string' ? payload : JSON.stringify(payload);
  const headers = { 'x-hub-signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}` };
  return { requestContext: { http: { method } }, headers, body: isBase64Encoded ? Buffer.from(body).toString('base64') : body, isBase64Encoded };
}

const MERGED = webhook({ action: 'closed', pull_request: { number: 1, merged: true } });

describe('resumePullRequests › the schedule', () => {
  it('resumes the execution whose pull request was merged', async () => {
    const world = await aWaitingWorld();
    world.repository.pulls.merge(1);
    expect(await resume(world, SCHEDULE)).toEqual({ status: 'looked', looked: 1, resumed: 1 });
    expect(world.answerTo('a')).toEqual({ status: 'merged', at: '2026-01-05T00:00:00.000Z' });
    expect(await world.pending()).toBeNull();
  });

  it('leaves waiting what is open', async () => {
    const world = await aWaitingWorld();
    expect(await resume(world, SCHEDULE)).toEqual({ status: 'looked', looked: 1, resumed: 0 });
    expect(await world.pending()).not.toBeNull();
  });

  it('has nothing to do where nothing waits', async () => {
    expect(await resume(await aProposingWorld(), SCHEDULE)).toEqual({ status: 'looked', looked: 0, resumed: 0 });
  });

  it('tells one that has lost its claim that it is superseded, whatever became of the pull request', async () => {
    const world = await aWaitingWorld();
    await world.claimed('b', OLD);
    world.repository.pulls.merge(1);
    await resume(world, SCHEDULE);
    expect(world.answerTo('a')).toEqual({ status: 'superseded', cause: 'superseded: the claim of the target went to another execution' });
  });

  it('tells one whose target has no claim any more that it is superseded', async () => {
    const world = await aProposingWorld();
    world.executions.wait('token-of-lost');
    await world.merges.put(aPendingMerge({ execution: 'lost' }), null);
    await resume(world, SCHEDULE);
    expect(world.answerTo('lost')).toMatchObject({ status: 'superseded' });
  });

  it('forgets one whose execution was stopped, and wakes nobody', async () => {
    const world = await aWaitingWorld();
    await world.executions.answer('token-of-a', 'as if stopped');
    world.repository.pulls.merge(1);
    expect(await resume(world, SCHEDULE)).toEqual({ status: 'looked', looked: 1, resumed: 0 });
    expect(await world.pending()).toBeNull();
  });

  it('is kept from no pull request by one that cannot be looked at, and says which', async () => {
    const world = await aWaitingWorld();
    await world.merges.put(aPendingMerge({ environment: 'gone', execution: 'c', requestedAt: '2026-01-01T00:00:00.000Z' }), null);
    await world.targets.change({ ...aPendingMerge(), environment: 'gone' }, await world.targets.target({ ...aPendingMerge(), environment: 'gone' }), { claim: { ...(await world.state()).claim!, execution: 'c' } });
    world.repository.pulls.merge(1);
    await expect(resume(world, SCHEDULE)).rejects.toThrow('1 of 2 pull requests could not be looked at; the schedule tries again. inference-service/gone/eu: inference-service/gone/eu is not configured');
    expect(world.answerTo('a')).toMatchObject({ status: 'merged' });
  });

  it('hides no error that is none of the world’s', async () => {
    const world = await aWaitingWorld();
    await expect(resume({ ...world, pullRequests: () => Promise.reject(new TypeError('a bug')) }, SCHEDULE)).rejects.toThrow('a bug');
    await expect(resume({ ...world, pullRequests: () => Promise.reject(new UnavailableError('down')) }, SCHEDULE)).rejects.toThrow('inference-service/dev/eu: down');
  });
});

describe('resumePullRequests › a webhook', () => {
  it('is no more than a word to look at the pull request itself', async () => {
    const world = await aWaitingWorld();
    expect(await resume(world, MERGED)).toMatchObject({ statusCode: 200, body: '{"status":"looked","looked":1,"resumed":0}' });
    expect(world.answerTo('a')).toBeUndefined();
    world.repository.pulls.merge(1);
    expect(await resume(world, MERGED)).toMatchObject({ statusCode: 200, body: '{"status":"looked","looked":1,"resumed":1}' });
    expect(world.answerTo('a')).toMatchObject({ status: 'merged' });
  });

  it.each<[string, unknown, number]>([
    ['a merge request of GitLab', webhook({ object_kind: 'merge_request', object_attributes: { iid: 1 } }), 1],
    ['a body in base64', webhook({ pull_request: { number: 1 } }, { isBase64Encoded: true }), 1],
    ['another pull request', webhook({ pull_request: { number: 2 } }), 0],
    ['another event', webhook({ zen: 'Keep it logically awesome.' }), 0],
    ['an issue of GitLab', webhook({ object_kind: 'issue', object_attributes: { iid: 1 } }), 0],
  ])('makes it look as far as it says: %s', async (_, call, looked) => {
    expect(await resume(await aWaitingWorld(), call)).toMatchObject({ statusCode: 200, body: expect.stringContaining(`"looked":${looked}`) as unknown });
  });

  it.each<[string, unknown, number]>([
    ['a wrong signature', webhook({ pull_request: { number: 1 } }, { secret: 'another' }), 401],
    ['no signature', { requestContext: { http: { method: 'POST' } }, headers: {}, body: '{}' }, 401],
    ['no POST', webhook('', { method: 'GET' }), 405],
    ['no JSON', webhook('payload=%7B%7D'), 400],
    ['a list', webhook([]), 400],
    ['a number that is none', webhook({ pull_request: { number: '1; DROP TABLE' } }), 400],
    ['a negative number', webhook({ pull_request: { number: -1 } }), 400],
  ])('is refused, and nothing happens: %s', async (_, call, statusCode) => {
    const world = await aWaitingWorld();
    world.repository.pulls.merge(1);
    expect(await resume(world, call)).toMatchObject({ statusCode, body: expect.stringMatching(/^\{"message":/) as unknown });
    expect(world.answerTo('a')).toBeUndefined();
    expect(await world.pending()).not.toBeNull();
  });
});

describe('resumePullRequests › an event of CodeCommit', () => {
  const event = (pullRequestId: string) => ({ source: 'aws.codecommit', 'detail-type': 'CodeCommit Pull Request State Change', detail: { pullRequestId, event: 'pullRequestMergeStatusUpdated' } });

  it('makes it look at that pull request', async () => {
    const world = await aWaitingWorld();
    world.repository.pulls.merge(1);
    expect(await resume(world, event('2'))).toMatchObject({ looked: 0 });
    expect(await resume(world, event('1'))).toMatchObject({ looked: 1, resumed: 1 });
  });

  it('is refused with a number that is none', () => {
    expect(resumePullRequests.input.safeParse(event('1 OR 1')).success).toBe(false);
  });
});
