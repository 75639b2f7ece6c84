import { describe, expect, it } from 'vitest';
import { createMemoryApprovalStore } from '../../../src/adapters/memory/approval-store.ts';
import { createMemoryClock } from '../../../src/adapters/memory/clock.ts';
import { createMemoryExecutions } from '../../../src/adapters/memory/executions.ts';
import { answerApproval } from '../../../src/steps/answer-approval.ts';
import type { ApprovalStore } from '../../../src/ports/deployment-store.ts';
import { aPendingApproval } from '../../support/approval.ts';
import { aDigest, aRelease } from '../../support/release.ts';

const NOW = '2026-01-02T04:00:00.000Z';
const APPROVER = 'arn:aws:sts::111122223333:assumed-role/operator/ann';
const YES = { service: 'inference-service', environment: 'dev', target: 'eu', digest: aRelease().digest, answer: 'approve' };

type Sent = { body?: string; isBase64Encoded?: boolean; method?: string };

async function aWorld(approvals: ApprovalStore = createMemoryApprovalStore()) {
  const executions = createMemoryExecutions();
  const pending = aPendingApproval();
  await approvals.put(pending, null);
  executions.wait(pending.taskToken);
  const send = async ({ method = 'POST', ...body }: Sent) => {
    const input = { requestContext: { http: { method }, authorizer: { iam: { userArn: APPROVER } } }, ...body };
    const response = await answerApproval.run({ approvals, executions, clock: createMemoryClock(NOW) }, input);
    return { status: response.statusCode, ...(JSON.parse(response.body) as object) };
  };
  return { executions, pending, send, answer: (body: object) => send({ body: JSON.stringify(body) }), waiting: () => approvals.pending(pending), given: () => executions.answers.get(pending.taskToken) };
}

describe('answerApproval › yes and no', () => {
  it('approves what waits in the name that AWS gives, and takes the question away', async () => {
    const { answer, given, waiting } = await aWorld();
    const { service, environment, target, digest } = YES;
    expect(await answer({ ...YES, reason: 'tested on dev' })).toEqual({ service, environment, target, digest, tag: '1.1.0', execution: 'one', status: 'approved' });
    expect(given()).toEqual({ status: 'approved', by: APPROVER, at: NOW, reason: 'tested on dev' });
    expect(await waiting()).toBeNull();
  });

  it('rejects it, with or without a reason', async () => {
    const { answer, given } = await aWorld();
    expect(await answer({ ...YES, answer: 'reject' })).toMatchObject({ status: 'rejected' });
    expect(given()).toEqual({ status: 'rejected', by: APPROVER, at: NOW });
  });

  it('reads a body that comes in base64', async () => {
    const { send, given } = await aWorld();
    expect(await send({ body: Buffer.from(JSON.stringify(YES)).toString('base64'), isBase64Encoded: true })).toMatchObject({ status: 'approved' });
    expect(given()).toMatchObject({ status: 'approved' });
  });

  it('keeps a reason on one line, without what steers a terminal', async () => {
    const { answer, given } = await aWorld();
    await answer({ ...YES, reason: 'fine\n\u001b[31mreally\u0007' });
    expect(given()).toMatchObject({ reason: 'fine really' });
  });

  it('answers 200 with JSON', async () => {
    const { executions, pending } = await aWorld();
    const approvals = createMemoryApprovalStore();
    await approvals.put(pending, null);
    const input = { requestContext: { http: { method: 'POST' }, authorizer: { iam: { userArn: APPROVER } } }, body: JSON.stringify(YES) };
    const response = await answerApproval.run({ approvals, executions, clock: createMemoryClock(NOW) }, input);
    expect(response).toMatchObject({ statusCode: 200, headers: { 'content-type': 'application/json' } });
  });
});

describe('answerApproval › what it refuses', () => {
  it('says that nothing waits where nothing waits', async () => {
    const { answer, given } = await aWorld();
    expect(await answer({ ...YES, target: 'us' })).toMatchObject({ status: 404, message: expect.stringMatching(/^Nothing waits for approval at inference-service\/dev\/us: /) as unknown });
    expect(given()).toBeUndefined();
  });

  it('names the release that waits when the answer is for another one, and changes nothing', async () => {
    const { answer, given, pending, waiting } = await aWorld();
    const message = `Not ${aDigest('9')} but 1.1.0 (${YES.digest}) waits for approval at inference-service/dev/eu; look at it, then answer for that one.`;
    expect(await answer({ ...YES, digest: aDigest('9') })).toEqual({ status: 409, message });
    expect(given()).toBeUndefined();
    expect(await waiting()).toEqual(pending);
  });

  it('takes a question away whose task waits no longer, and says that nothing waits', async () => {
    const { answer, executions, pending, waiting } = await aWorld();
    await executions.answer(pending.taskToken, 'superseded');
    expect(await answer(YES)).toMatchObject({ status: 404 });
    expect(await waiting()).toBeNull();
  });

  it.each([
    ['no body', undefined],
    ['no JSON', '{'],
    ['an unknown member', JSON.stringify({ ...YES, by: 'somebody-else' })],
    ['a path for a name', JSON.stringify({ ...YES, environment: '../prod' })],
    ['a separator of keys in a name', JSON.stringify({ ...YES, service: 'inference-service/dev' })],
    ['a digest that is none', JSON.stringify({ ...YES, digest: '1.1.0' })],
    ['an answer that is neither', JSON.stringify({ ...YES, answer: 'maybe' })],
    ['a reason without end', JSON.stringify({ ...YES, reason: 'x'.repeat(2_001) })],
    ['null', 'null'],
  ])('refuses %s, and changes nothing', async (_, body) => {
    const { send, given, waiting, pending } = await aWorld();
    expect(await send(body === undefined ? {} : { body })).toMatchObject({ status: 400 });
    expect(given()).toBeUndefined();
    expect(await waiting()).toEqual(pending);
  });

  it('answers nothing that was not sent with POST', async () => {
    const { send, given } = await aWorld();
    expect(await send({ method: 'GET', body: JSON.stringify(YES) })).toMatchObject({ status: 405 });
    expect(given()).toBeUndefined();
  });

  it('reads no request without the caller that AWS names', () => {
    const input = { requestContext: { http: { method: 'POST' } }, body: JSON.stringify(YES) };
    expect(answerApproval.input.safeParse(input).success).toBe(false);
  });
});

describe('answerApproval › races and crashes', () => {
  it('lets one of two answers count', async () => {
    const { answer, given } = await aWorld();
    const statuses = await Promise.all([answer(YES), answer({ ...YES, answer: 'reject' })]);
    expect(statuses.map(({ status }) => status).toSorted()).toEqual([404, 'approved']);
    expect(given()).toMatchObject({ status: 'approved' });
  });

  it('counts once when it is killed between the answer and taking the question away', async () => {
    const store = createMemoryApprovalStore();
    let kills = 1;
    const { answer, given, waiting } = await aWorld({ ...store, remove: async (approval) => (kills-- > 0 ? Promise.reject(new Error('killed')) : store.remove(approval)) });
    await expect(answer(YES)).rejects.toThrow('killed');
    expect(given()).toMatchObject({ status: 'approved' });
    expect(await answer({ ...YES, answer: 'reject' })).toMatchObject({ status: 404 });
    expect(given()).toMatchObject({ status: 'approved' });
    expect(await waiting()).toBeNull();
  });

  it('leaves a newer question that came meanwhile', async () => {
    const store = createMemoryApprovalStore();
    const newer = aPendingApproval({ execution: 'two', release: aRelease({ digest: aDigest('2') }) });
    const overtaken: ApprovalStore = {
      ...store,
      pending: async (key) => {
        const seen = await store.pending(key);
        if (seen?.execution === 'one') await store.put(newer, seen);
        return seen;
      },
    };
    const { answer } = await aWorld(overtaken);
    expect(await answer(YES)).toMatchObject({ status: 'approved' });
    expect(await store.pending(newer)).toEqual(newer);
  });
});
