import { describe, expect, it } from 'vitest';
import type { DeadLetterQueue, TakenEvent } from '../../../cli/events/dead-letter-queue.ts';
import { type LostEvent, readLostEvent } from '../../../cli/events/lost-event.ts';
import { redriveEvents, type RedrivenEvent } from '../../../cli/events/redrive-events.ts';
import { describeLostEvents } from '../../../cli/output/lost-event.ts';
import { createMemoryExecutions } from '../../../src/adapters/memory/executions.ts';
import { ForbiddenError } from '../../../src/domain/errors.ts';

function aLostEvent(overrides: Partial<LostEvent> = {}): LostEvent {
  return { id: 'one', release: 'inference-service:1.1.0', at: '2026-01-02T03:04:05Z', rule: 'image-pushed', reason: 'NO_PERMISSIONS', body: { id: 'one' }, ...overrides };
}

/** A queue that tells what is done to it. */
function aQueue(...events: readonly LostEvent[]) {
  const done: string[] = [];
  const note = (verb: string) => async ({ receiptHandle }: TakenEvent): Promise<void> => void done.push(`${verb} ${receiptHandle}`);
  const queue: DeadLetterQueue = {
    async *take() {
      for (const event of events) yield { ...event, receiptHandle: event.id ?? 'none' };
    },
    putBack: note('put back'),
    delete: note('deleted'),
    takenByOthers: async () => 0,
  };
  return { queue, done };
}

async function all(redriven: AsyncIterable<RedrivenEvent>): Promise<readonly RedrivenEvent[]> {
  const seen: RedrivenEvent[] = [];
  for await (const event of redriven) seen.push(event);
  return seen;
}

describe('redriveEvents', () => {
  it('deletes an event after its execution was started, with the event as its input', async () => {
    const { queue, done } = aQueue(aLostEvent());
    const executions = createMemoryExecutions();
    const start = async (name: string, request: unknown) => {
      done.push('started');
      return executions.start(name, request);
    };
    expect(await all(redriveEvents(queue, { start }))).toEqual([{ id: 'one', release: 'inference-service:1.1.0', status: 'started', execution: 'event_one' }]);
    expect(done).toEqual(['started', 'deleted one']);
    expect(executions.started).toEqual([{ name: 'event_one', request: { id: 'one' } }]);
  });

  it('keeps what could not be started, and puts it back at once', async () => {
    const { queue, done } = aQueue(aLostEvent(), aLostEvent({ id: 'two' }), aLostEvent({ id: 'three' }));
    const start = async (name: string) => {
      if (name === 'event_two') throw new ForbiddenError('allow states:StartExecution');
      return 'started' as const;
    };
    await expect(all(redriveEvents(queue, { start }))).rejects.toThrow('allow states:StartExecution');
    expect(done).toEqual(['deleted one', 'put back two']);
  });

  it('puts back what holds no event, after the others were started', async () => {
    const { queue, done } = aQueue(aLostEvent({ id: null, body: null }), aLostEvent({ id: 'two' }));
    expect((await all(redriveEvents(queue, createMemoryExecutions()))).map(({ status }) => status)).toEqual(['unreadable', 'started']);
    expect(done).toEqual(['deleted two', 'put back none']);
  });
});

describe('a lost event', () => {
  const attributes = (values: Readonly<Record<string, string>>) => Object.fromEntries(Object.entries(values).map(([name, StringValue]) => [name, { StringValue, DataType: 'String' }]));

  it('of a promotion tells of service and tag', () => {
    const Body = JSON.stringify({ id: 'one', time: '2026-01-02T03:04:05Z', source: 'slipway', detail: { service: 'web', release: { tag: '1.1.0' } } });
    const MessageAttributes = attributes({ RULE_ARN: 'arn:aws:events:eu-central-1:111122223333:rule/succeeded', ERROR_CODE: 'ERROR_FROM_TARGET', ERROR_MESSAGE: 'Rate exceeded\u001b[2J\nagain' });
    expect(readLostEvent({ Body, MessageAttributes })).toMatchObject({ release: 'web:1.1.0', rule: 'succeeded', reason: 'ERROR_FROM_TARGET: Rate exceeded again' });
  });

  it('is still shown where nothing of it can be read', () => {
    const event = readLostEvent({ Body: '' });
    expect(event).toEqual({ id: null, release: null, at: null, rule: null, reason: 'EventBridge gave no reason', body: null });
    expect(describeLostEvents([event], 0, 'prod')).toMatch(/^an event of which the release can not be read\n {2}at {6}unknown\n/);
  });

  it('that somebody else has in hand is counted', () => {
    expect(describeLostEvents([], 2, 'prod')).toBe('No event waits in the dead-letter queue.\nSomebody else has 2 more in hand; what is not redriven is here again within two minutes.');
  });
});
