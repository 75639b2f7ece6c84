import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { beforeEach, describe, expect, it } from 'vitest';
import { createEventBridge, type EventBridge } from '../../../sandbox/aws/eventbridge/event-bridge.ts';
import type { AwsEvent } from '../../../sandbox/aws/eventbridge/event.ts';
import { AwsError } from '../../../sandbox/aws/service.ts';
import { createQueues, type Queues } from '../../../sandbox/aws/sqs/queues.ts';
import { virtualClock } from '../../../sandbox/aws/states/engine/clock.ts';
import { ACCOUNT, startAws } from '../../support/aws.ts';

const START = Date.parse('2026-01-02T03:04:05.000Z');
const MACHINE = 'arn:aws:states:eu-central-1:111122223333:stateMachine:slipway';
const FUNCTION = 'arn:aws:lambda:eu-central-1:111122223333:function:slipway-sweep';
const ROLE = 'arn:aws:iam::111122223333:role/rule';

type Start = { readonly at: number; readonly stateMachineArn: string; readonly roleArn: string; readonly input: string };
type Call = { readonly functionArn: string; readonly ruleArn: string; readonly payload: string };
type Schedule = { readonly milliseconds: number; readonly comesDue: () => void; ended: boolean };

let clock: ReturnType<typeof virtualClock>;
let queues: Queues;
let deadLetters: string;
let bus: EventBridge;
let starts: Start[];
let calls: Call[];
let schedules: Schedule[];
let errors: unknown[];
/** Errors of the target, one for each attempt; once they are used up, it takes the event. */
let troubles: AwsError[];

beforeEach(() => {
  clock = virtualClock(START);
  queues = createQueues(ACCOUNT);
  deadLetters = queues.createQueue({ QueueName: 'lost-events' }).arn;
  [starts, calls, schedules, errors, troubles] = [[], [], [], [], []];
  bus = createEventBridge({
    account: ACCOUNT,
    clock,
    random: () => 0,
    sendToQueue: queues.sendFromRule,
    onError: (error) => errors.push(error),
    async startExecution(start) {
      meetTrouble();
      starts.push({ at: clock.now() - START, ...start });
    },
    async invokeFunction(call) {
      meetTrouble();
      calls.push(call);
    },
    repeat(milliseconds, comesDue) {
      const schedule = { milliseconds, comesDue, ended: false };
      schedules.push(schedule);
      return () => void (schedule.ended = true);
    },
  });
});

function meetTrouble(): void {
  const trouble = troubles.shift();
  if (trouble !== undefined) throw trouble;
}

function aRule(target: object = {}, rule: object = {}): object {
  const Targets = [{ Id: 'machine', Arn: MACHINE, RoleArn: ROLE, DeadLetterConfig: { Arn: deadLetters }, ...target }];
  return { Name: 'image-pushed', EventPattern: { source: ['aws.ecr'] }, Targets, ...rule };
}

function allowRules(): void {
  const statement = { Effect: 'Allow', Principal: { Service: 'events.amazonaws.com' }, Action: 'sqs:SendMessage', Resource: deadLetters, Condition: { ArnEquals: { 'aws:SourceArn': 'arn:aws:events:*:*:rule/image-pushed' } } };
  queues.setPolicy(deadLetters, { Version: '2012-10-17', Statement: [statement] });
}

function anEvent(source = 'aws.ecr'): AwsEvent {
  return { version: '0', id: 'one', 'detail-type': 'Test', source, account: ACCOUNT.id, time: '2026-01-02T03:04:05Z', region: ACCOUNT.region, resources: [], detail: {} };
}

const throttled = (): AwsError => new AwsError('ThrottlingException', 'Rate exceeded');

describe('a rule', () => {
  it('starts its state machine as its role with the event as input', async () => {
    bus.putRule(aRule());
    bus.publish(anEvent());
    await bus.settled();
    expect(starts).toEqual([{ at: 0, stateMachineArn: MACHINE, roleArn: ROLE, input: JSON.stringify(anEvent()) }]);
  });

  it('replaces the rule of its name', async () => {
    bus.putRule(aRule());
    bus.putRule(aRule({}, { EventPattern: { source: ['aws.ecs'] } }));
    bus.publish(anEvent());
    await bus.settled();
    expect(starts).toEqual([]);
  });

  it.each([
    ['an event of another source', {}, anEvent('aws.ecs')],
    ['any event while it is disabled', { State: 'DISABLED' }, anEvent()],
  ])('does nothing for %s', async (_, rule, event) => {
    bus.putRule(aRule({}, rule));
    bus.publish(event);
    await bus.settled();
    expect(starts).toEqual([]);
  });

  it.each([
    ['an input transformer', { InputTransformer: { InputTemplate: '{}' } }, {}, 'InputTransformer'],
    ['a target that is neither a state machine nor a function', { Arn: 'arn:aws:sqs:eu-central-1:111122223333:q' }, {}, 'is neither a state machine nor a function'],
    ['a state machine without a role', { RoleArn: undefined }, {}, 'a state machine needs a RoleArn'],
    ['a function with a role', { Arn: FUNCTION }, {}, 'does not know a RoleArn for a function'],
    ['both a pattern and a schedule', {}, { ScheduleExpression: 'rate(5 minutes)' }, 'one of the two'],
    ['neither a pattern nor a schedule', {}, { EventPattern: undefined }, 'one of the two'],
    ['another bus', {}, { EventBusName: 'other' }, 'EventBusName'],
  ])('is refused with %s', (_, target, rule, reason) => {
    expect(() => bus.putRule(aRule(target, rule))).toThrow(reason);
  });
});

describe('a rule with a schedule', () => {
  const aSchedule = (ScheduleExpression: string, rule: object = {}) => aRule({ Arn: FUNCTION, RoleArn: undefined }, { EventPattern: undefined, ScheduleExpression, ...rule });

  it.each([
    ['rate(1 minute)', 60_000],
    ['rate(30 minutes)', 1_800_000],
    ['rate(2 hours)', 7_200_000],
    ['rate(1 day)', 86_400_000],
  ])('comes due at its %s', (expression, milliseconds) => {
    bus.putRule(aSchedule(expression));
    expect(schedules.map((schedule) => schedule.milliseconds)).toEqual([milliseconds]);
  });

  it.each(['cron(0 12 * * ? *)', 'rate(1 minutes)', 'rate(2 minute)', 'rate(0 minutes)', 'rate(5 seconds)'])('is refused with %s, as AWS would refuse or the sandbox does not know it', (expression) => {
    expect(() => bus.putRule(aSchedule(expression))).toThrow(`The sandbox does not know the schedule ${expression}`);
  });

  it('calls its function with the scheduled event, whenever it comes due and when it is fired', async () => {
    const rule = bus.putRule(aSchedule('rate(30 minutes)'));
    schedules[0]?.comesDue();
    bus.fire('image-pushed');
    await bus.settled();
    expect(calls.map(({ functionArn, ruleArn }) => ({ functionArn, ruleArn }))).toEqual([{ functionArn: FUNCTION, ruleArn: rule }, { functionArn: FUNCTION, ruleArn: rule }]);
    expect(JSON.parse(calls[0]?.payload ?? '')).toMatchObject({ source: 'aws.events', 'detail-type': 'Scheduled Event', time: '2026-01-02T03:04:05Z', resources: [rule], detail: {} });
  });

  it('is no event that other rules hear of', async () => {
    bus.putRule(aSchedule('rate(30 minutes)'));
    bus.putRule(aRule({}, { Name: 'all', EventPattern: { source: ['aws.events'] } }));
    bus.fire('image-pushed');
    await bus.settled();
    expect([starts, bus.events()]).toEqual([[], []]);
  });

  it('goes to the dead-letter queue when the function does not let the rule call it', async () => {
    allowRules();
    troubles = [new AwsError('AccessDeniedException', 'not authorized', 403)];
    bus.putRule(aSchedule('rate(30 minutes)'));
    bus.fire('image-pushed');
    await bus.settled();
    expect(queues.messages(deadLetters)[0]?.attributes).toMatchObject({ TARGET_ARN: FUNCTION, ERROR_CODE: 'NO_PERMISSIONS' });
  });

  it('ends with the bus, and when another takes its name', () => {
    bus.putRule(aSchedule('rate(30 minutes)'));
    bus.putRule(aSchedule('rate(5 minutes)'));
    expect(schedules.map(({ ended }) => ended)).toEqual([true, false]);
    bus.stop();
    expect(schedules.map(({ ended }) => ended)).toEqual([true, true]);
  });

  it.each([
    ['there is none of that name', () => aRule({}, { Name: 'other' })],
    ['it has no schedule', () => aRule()],
    ['it is disabled', () => aSchedule('rate(30 minutes)', { State: 'DISABLED' })],
  ])('cannot be fired when %s', (_, rule) => {
    bus.putRule(rule());
    expect(() => bus.fire('image-pushed')).toThrow('Rule image-pushed does not exist, or has no schedule that is enabled.');
    expect(schedules).toEqual([]);
  });
});

describe('a delivery that fails', () => {
  it('is repeated after pauses that double', async () => {
    troubles = [throttled(), throttled(), throttled()];
    bus.putRule(aRule());
    bus.publish(anEvent());
    await bus.settled();
    expect(starts.map(({ at }) => at)).toEqual([500 + 1_000 + 2_000]);
    expect(queues.messages(deadLetters)).toEqual([]);
  });

  it('goes to the dead-letter queue when its attempts are used up', async () => {
    allowRules();
    troubles = Array.from({ length: 3 }, throttled);
    const rule = bus.putRule(aRule({ RetryPolicy: { MaximumRetryAttempts: 2 } }));
    bus.publish(anEvent());
    await bus.settled();
    expect(queues.messages(deadLetters)).toMatchObject([
      {
        body: JSON.stringify(anEvent()),
        attributes: {
          RULE_ARN: rule,
          TARGET_ARN: MACHINE,
          ERROR_CODE: 'ERROR_FROM_TARGET',
          ERROR_MESSAGE: 'Rate exceeded',
          EXHAUSTED_RETRY_CONDITION: 'MaximumRetryAttempts',
          RETRY_ATTEMPTS: '2',
        },
      },
    ]);
    expect(errors).toEqual([]);
  });

  it('goes to the dead-letter queue when the event is too old', async () => {
    allowRules();
    troubles = Array.from({ length: 200 }, throttled);
    bus.putRule(aRule({ RetryPolicy: { MaximumEventAgeInSeconds: 60 } }));
    bus.publish(anEvent());
    await bus.settled();
    expect(queues.messages(deadLetters)[0]?.attributes).toMatchObject({ EXHAUSTED_RETRY_CONDITION: 'MaximumEventAgeInSeconds' });
    expect(clock.now() - START).toBeLessThanOrEqual(60_000);
  });

  it.each([
    ['the role may not start it', new AwsError('AccessDeniedException', 'not authorized', 403), 'NO_PERMISSIONS'],
    ['the state machine does not exist', new AwsError('StateMachineDoesNotExist', 'State Machine Does Not Exist'), 'NO_RESOURCE'],
  ])('goes there at once when %s', async (_, trouble, code) => {
    allowRules();
    troubles = [trouble];
    bus.putRule(aRule());
    bus.publish(anEvent());
    await bus.settled();
    expect(queues.messages(deadLetters)[0]?.attributes).toEqual({ RULE_ARN: expect.any(String) as string, TARGET_ARN: MACHINE, ERROR_CODE: code, ERROR_MESSAGE: trouble.message });
    expect(clock.now()).toBe(START);
  });

  it('is dropped without a dead-letter queue', async () => {
    troubles = [new AwsError('StateMachineDoesNotExist', 'gone')];
    bus.putRule(aRule({ DeadLetterConfig: undefined }));
    bus.publish(anEvent());
    await bus.settled();
    expect([starts, errors]).toEqual([[], []]);
  });

  it('is reported when the queue does not let the rule write', async () => {
    troubles = [new AwsError('AccessDeniedException', 'not authorized', 403)];
    bus.putRule(aRule());
    bus.publish(anEvent());
    await bus.settled();
    expect(String(errors[0])).toContain('not authorized to perform: sqs:SendMessage');
  });

  it('is given up when the bus stops', async () => {
    troubles = Array.from({ length: 200 }, throttled);
    bus.putRule(aRule());
    bus.publish(anEvent());
    bus.stop();
    await bus.settled();
    expect([starts, errors]).toEqual([[], []]);
  });
});

describe('PutEvents', () => {
  it('answers each entry by itself', async () => {
    const aws = await startAws(bus);
    const client = new EventBridgeClient(aws.administrator);
    const entry = { Source: 'test', DetailType: 'Test', Detail: '{"a":1}' };
    const Entries = [entry, { ...entry, Detail: '[1]' }, { ...entry, Detail: '{' }, { ...entry, Source: 'aws.ecr' }];
    const answer = await client.send(new PutEventsCommand({ Entries })).finally(() => aws.close());
    expect(answer.FailedEntryCount).toBe(3);
    expect(answer.Entries?.map(({ ErrorCode }) => ErrorCode)).toEqual([undefined, 'MalformedDetail', 'MalformedDetail', 'NotAuthorizedForSourceException']);
    expect(bus.events()).toEqual([
      { version: '0', id: answer.Entries?.[0]?.EventId, 'detail-type': 'Test', source: 'test', account: ACCOUNT.id, time: '2026-01-02T03:04:05Z', region: ACCOUNT.region, resources: [], detail: { a: 1 } },
    ]);
  });
});
