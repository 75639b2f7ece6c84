import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createEventBridge, type EventBridge } from '../../sandbox/aws/eventbridge/event-bridge.ts';
import type { AwsService } from '../../sandbox/aws/service.ts';
import { realClock } from '../../sandbox/aws/states/engine/clock.ts';
import { createEvents } from '../../src/adapters/eventbridge/events.ts';
import { createMemoryEvents } from '../../src/adapters/memory/events.ts';
import { ACCOUNT, startAws, type TestAws } from '../support/aws.ts';
import { aConclusion, eventsContract } from './events.contract.ts';

eventsContract('memory', () => {
  const events = createMemoryEvents();
  return { events, published: () => events.published, fail: () => events.setAvailable(false) };
});

let bus: EventBridge;
let failing: boolean;
let aws: TestAws;
beforeEach(async () => {
  failing = false;
  bus = createEventBridge({
    account: ACCOUNT,
    clock: realClock,
    random: () => 0,
    startExecution: async () => undefined,
    invokeFunction: async () => undefined,
    sendToQueue: () => undefined,
    onError: () => undefined,
  });
  aws = await startAws(failingWhen(() => failing, bus));
});
afterEach(() => aws.close());

/** The bus, but it takes the call and not the event while it fails. */
function failingWhen(fails: () => boolean, { scope, operations: { PutEvents } }: EventBridge): AwsService {
  if (PutEvents === undefined) throw new Error('The bus has no PutEvents.');
  const refusal = { FailedEntryCount: 1, Entries: [{ ErrorCode: 'InternalFailure', ErrorMessage: 'The event was not taken' }] };
  return { scope, operations: { PutEvents: { ...PutEvents, run: async (input, call) => (fails() ? refusal : PutEvents.run(input, call)) as object } } };
}

eventsContract('EventBridge', () => ({
  events: createEvents({ client: new EventBridgeClient(aws.only('events:PutEvents')) }),
  published: () => bus.events().map(({ detail }) => detail),
  fail: () => {
    failing = true;
  },
}));

it('announces as slipway, at the instant of the conclusion, about the execution', async () => {
  const conclusion = aConclusion();
  await createEvents({ client: new EventBridgeClient(aws.administrator) }).concluded(conclusion);
  expect(bus.events()[0]).toMatchObject({
    source: 'slipway',
    'detail-type': 'Slipway Deployment Concluded',
    time: '2026-01-02T03:05:00Z',
    resources: [conclusion.execution],
  });
});
