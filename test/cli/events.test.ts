import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type OperatedStack, startOperatedStack } from '../support/operated-stack.ts';
import { aDigest } from '../support/release.ts';

let stack: OperatedStack;
beforeEach(async () => {
  stack = await startOperatedStack();
});
afterEach(() => stack.close());

function aPush(tag: string, id: string = randomUUID()) {
  const detail = { result: 'SUCCESS', 'action-type': 'PUSH', 'repository-name': 'inference-service', 'image-digest': aDigest(), 'image-tag': tag };
  return { version: '0', id, source: 'aws.ecr', account: '111122223333', region: 'eu-central-1', time: '2026-01-02T03:04:05Z', detail };
}

const refused = { ERROR_CODE: 'NO_PERMISSIONS', ERROR_MESSAGE: 'not authorized to perform: states:StartExecution' };

describe('slipway events', () => {
  it('says that nothing waits', async () => {
    expect(await stack.slipway('events')).toEqual({ code: 0, stdout: 'No event waits in the dead-letter queue.\n', stderr: '' });
    expect(await stack.slipway('events', 'redrive')).toEqual({ code: 0, stdout: 'No event waits in the dead-letter queue.\n', stderr: '' });
  }, 30_000);

  it('shows release, time and reason of what waits, and leaves it there for whoever asks next', async () => {
    const event = aPush('1.1.0');
    stack.lose(JSON.stringify(event), refused);
    const shown = [
      'inference-service:1.1.0',
      '  at      2026-01-02T03:04:05Z',
      '  reason  NO_PERMISSIONS: not authorized to perform: states:StartExecution',
      '  rule    slipway-test-image-pushed',
      `  event   ${event.id}`,
      '',
      'Mend the reason, then start them: slipway events redrive --stage test',
      '',
    ].join('\n');
    expect(await stack.slipway('events')).toEqual({ code: 0, stdout: shown, stderr: '' });
    const { stdout } = await stack.slipway('events', '--json');
    const { id, time: at } = event;
    expect(JSON.parse(stdout)).toEqual({
      events: [{ id, release: 'inference-service:1.1.0', at, rule: 'slipway-test-image-pushed', reason: 'NO_PERMISSIONS: not authorized to perform: states:StartExecution' }],
      takenByOthers: 0,
    });
    expect(stack.lost()).toHaveLength(1);
  }, 30_000);

  it('redrive starts an execution for each event, more than one receipt of them, and empties the queue', async () => {
    const lost = Array.from({ length: 12 }, (_, index) => aPush(`1.1.${index}`));
    for (const event of lost) stack.lose(JSON.stringify(event), refused);
    const { code, stdout, stderr } = await stack.slipway('events', 'redrive');
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout.trim().split('\n')).toEqual(lost.map(({ id, detail }) => `inference-service:${detail['image-tag']}  started event_${id}`));
    expect(await stack.inputs()).toEqual(expect.arrayContaining(lost));
    expect(stack.lost()).toEqual([]);
  }, 30_000);

  it('redrive starts an event once, however often it is in the queue', async () => {
    const event = aPush('1.1.0');
    for (let time = 1; time <= 2; time++) stack.lose(JSON.stringify(event), refused);
    const { code, stdout, stderr } = await stack.slipway('events', 'redrive', '--json');
    const { id } = event;
    const told = { id, release: 'inference-service:1.1.0', execution: `event_${id}` };
    expect([code, JSON.parse(stdout)]).toEqual([0, { events: [{ ...told, status: 'started' }, { ...told, status: 'known' }] }]);
    expect(stderr).toBe(`inference-service:1.1.0  started event_${id}\ninference-service:1.1.0  was started before, as event_${id}\n`);
    expect(await stack.inputs()).toEqual([event]);
    expect(stack.lost()).toEqual([]);
  }, 30_000);

  it.each([
    ['no JSON', 'hello'],
    ['an event whose id could be anything', JSON.stringify({ ...aPush('1.1.0'), id: '../x y' })],
  ])('redrive leaves a message of %s in the queue, starts the others, and exits 1', async (_, body) => {
    const event = aPush('1.2.0');
    stack.lose(body);
    stack.lose(JSON.stringify(event));
    const { code, stdout } = await stack.slipway('events', 'redrive', '--json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ events: [{ id: null, status: 'unreadable', execution: null }, { id: event.id, status: 'started' }] });
    expect(stack.lost()).toEqual([body]);
    expect((await stack.slipway('events')).stdout).toContain('EventBridge gave no reason');
  }, 30_000);

  it('knows no other action', async () => {
    const { code, stderr } = await stack.slipway('events', 'redo');
    expect([code, stderr]).toEqual([2, "slipway: command-argument value 'redo' is invalid for argument 'action'. Allowed choices are redrive; see slipway --help.\n"]);
  }, 30_000);
});
