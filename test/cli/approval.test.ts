import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ApprovalStack, startApprovalStack } from '../support/approval-stack.ts';
import { aDigest, aRelease } from '../support/release.ts';

const ADMIN = 'arn:aws:iam::111122223333:user/admin';

let stack: ApprovalStack;
beforeAll(async () => {
  stack = await startApprovalStack();
});
afterAll(() => stack.close());

let count = 0;
let service: string;
beforeEach(() => {
  service = `service-${++count}`;
});

const ask = (name = 'one', target = 'eu') => stack.ask(`${service}-${name}`, { service, environment: 'prod', target });

describe('slipway approve and slipway reject, without arguments', () => {
  it('list what waits, since when, until when and what would change', async () => {
    const { execution, requestedAt, expiresAt, current, release } = await ask();
    const { code, stdout, stderr } = await stack.slipway('approve');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain(
      [
        `${service}/prod/eu`,
        `  release    1.1.0  ${release.digest}`,
        `  replaces   1.0.0  ${current?.digest}`,
        `  since      ${requestedAt}`,
        `  until      ${expiresAt}`,
        `  execution  ${execution}`,
        '',
        'Answer with slipway approve or slipway reject: SERVICE ENVIRONMENT [TARGET] --stage test\n',
      ].join('\n'),
    );
  }, 30_000);

  it('list it as JSON, without the token', async () => {
    const { taskToken } = await ask();
    const { stdout } = await stack.slipway('reject', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ approvals: expect.arrayContaining([expect.objectContaining({ service, environment: 'prod', target: 'eu', tag: '1.1.0' })]) as unknown });
    expect(stdout).not.toContain(taskToken);
  }, 30_000);

  it('leave out what nobody waits for any more', async () => {
    const { execution } = await ask();
    await stack.stop(execution);
    await stack.ask(`${service}-late`, { service, environment: 'prod', target: 'us', expiresAt: new Date(Date.now() - 1).toISOString() });
    expect((await stack.slipway('approve')).stdout).not.toContain(`${service}/`);
  }, 30_000);
});

describe('slipway approve and slipway reject', () => {
  it('approve in the name of the credentials, and the execution goes on', async () => {
    const { execution } = await ask();
    expect(await stack.slipway('approve', service, 'prod', '--reason', 'tested on dev')).toEqual({ code: 0, stdout: `${service}/prod/eu  1.1.0 approved; ${execution} deploys it now\n`, stderr: '' });
    await expect.poll(() => stack.answerOf(execution), { timeout: 10_000 }).toMatchObject({ status: 'approved', by: ADMIN, reason: 'tested on dev' });
    expect(await stack.slipway('approve', service, 'prod')).toEqual({
      code: 1,
      stdout: '',
      stderr: `Nothing waits for approval at ${service}/prod; \`slipway approve --stage test\` lists what waits, and nothing was changed.\n`,
    });
  }, 30_000);

  it('reject every target of the environment where something waits, and say so in JSON', async () => {
    const waiting = [await ask('one', 'eu'), await ask('two', 'us')];
    const { code, stdout } = await stack.slipway('reject', service, 'prod', '--json');
    expect([code, JSON.parse(stdout)]).toEqual([
      0,
      { answers: waiting.map(({ target, execution, release }) => ({ status: 'rejected', service, environment: 'prod', target, tag: '1.1.0', digest: release.digest, execution })) },
    ]);
    for (const { execution } of waiting) await expect.poll(() => stack.answerOf(execution), { timeout: 10_000 }).toMatchObject({ status: 'rejected', by: ADMIN });
  }, 30_000);

  it('answer one target alone where it is named', async () => {
    const [eu, us] = [await ask('one', 'eu'), await ask('two', 'us')];
    expect(await stack.slipway('approve', service, 'prod', 'us')).toMatchObject({ code: 0 });
    expect(await stack.approvals.pending(eu)).toEqual(eu);
    expect(await stack.approvals.pending(us)).toBeNull();
  }, 30_000);

  it('answer nothing where another release waits than the one that was meant', async () => {
    const pending = await ask();
    const { code, stdout, stderr } = await stack.slipway('approve', service, 'prod', '--digest', aDigest('f'));
    expect([code, stdout, stderr]).toEqual([1, '', `Not ${aDigest('f')} but 1.1.0 (${aRelease().digest}) waits for approval at ${service}/prod/eu; nothing was changed.\n`]);
    expect(await stack.approvals.pending(pending)).toEqual(pending);
    expect(await stack.answerOf(pending.execution)).toBeNull();
  }, 30_000);

  it('say that nothing waits when the execution was stopped meanwhile', async () => {
    const pending = await ask();
    await stack.stop(pending.execution);
    expect(await stack.slipway('approve', service, 'prod')).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(/^Nothing waits for approval at service-\d+\/prod\/eu: [^\n]+\n$/) as string });
    expect(await stack.approvals.pending(pending)).toBeNull();
  }, 30_000);

  it('answer nothing for somebody whom IAM does not let answer', async () => {
    const pending = await ask();
    const { code, stdout, stderr } = await stack.slipwayAs(['cloudformation:DescribeStacks', 'dynamodb:Query'], 'approve', service, 'prod');
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^The approval URL http:\/\/127\.0\.0\.1:\d+\/ refuses the answer: .*assumed-role\/role-1\/test.*lambda:InvokeFunctionUrl.*; allow lambda:InvokeFunctionUrl and lambda:InvokeFunction [^\n]+\n$/);
    expect(await stack.answerOf(pending.execution)).toBeNull();
  }, 30_000);

  it.each([
    ['a service without its environment', ['approve', 'one'], "slipway: missing required argument 'environment'; see slipway --help.\n"],
    ['a digest that is none', ['reject', 'one', 'prod', '--digest', '1.1.0'], "slipway: option '--digest <digest>' argument '1.1.0' is invalid. It is sha256: and 64 hexadecimal digits; see slipway --help.\n"],
  ])('exit 2 for %s', async (_, args, sentence) => {
    expect(await stack.slipway(...args)).toEqual({ code: 2, stdout: '', stderr: sentence });
  }, 30_000);
});
