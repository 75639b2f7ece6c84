import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { operation } from '../operation.ts';
import type { AwsAccount, AwsOperation, AwsService } from '../service.ts';
import { deliver, type DeliveryPorts } from './delivery.ts';
import type { AwsEvent } from './event.ts';
import { parseRule, type Rule } from './rule.ts';
import { createSchedules, repeat, type Repeat } from './schedule.ts';

const Entry = z.strictObject({
  Source: z.string(),
  DetailType: z.string(),
  Detail: z.string(),
  /** Epoch seconds. */
  Time: z.number().optional(),
  Resources: z.array(z.string()).default([]),
});

export type EventBridgeOptions = DeliveryPorts & {
  readonly account: AwsAccount;
  /** Takes what is wrong with the stack rather than with an event: a dead-letter queue that may not be written. */
  readonly onError: (error: unknown) => void;
  /** What makes schedules come due; by default real time. */
  readonly repeat?: Repeat;
};

export type EventBridge = AwsService & {
  /** Adds an AWS::Events::Rule by its properties, or replaces the one of that name, and returns its ARN. */
  putRule(properties: unknown): string;
  /** Takes an event of an AWS service and delivers it in the background. */
  publish: (event: AwsEvent) => void;
  /** Lets a rule with a schedule come due now. @throws AwsError when there is no such rule, or it has no schedule or is disabled */
  fire(ruleName: string): void;
  /** Every event taken, oldest first. */
  events(): readonly AwsEvent[];
  /** Resolves when no delivery is under way. */
  settled(): Promise<void>;
  /** Ends the schedules, and gives up the deliveries that wait for a retry. */
  stop(): void;
};

/** The default event bus of the account. */
export function createEventBridge({ account, onError, repeat: every = repeat, ...ports }: EventBridgeOptions): EventBridge {
  const rules = new Map<string, Rule>();
  const schedules = createSchedules(every);
  const taken: AwsEvent[] = [];
  const deliveries = new Set<Promise<void>>();
  const stopping = new AbortController();

  function publish(event: AwsEvent): void {
    taken.push(event);
    for (const rule of rules.values()) if (rule.matches(event)) send(rule, event);
  }

  function send(rule: Rule, event: AwsEvent): void {
    for (const target of rule.targets) {
      const delivery = deliver(ports, rule, target, event, stopping.signal)
        .catch((error: unknown) => {
          if (!stopping.signal.aborted) onError(error);
        })
        .finally(() => deliveries.delete(delivery));
      deliveries.add(delivery);
    }
  }

  return {
    putRule(properties) {
      const rule = parseRule(properties, account);
      rules.set(rule.name, rule);
      schedules.set(rule.name, rule.interval, () => send(rule, dueEvent(rule, account, ports.clock.now())));
      return rule.arn;
    },
    publish,
    fire: (ruleName) => schedules.fire(ruleName),
    events: () => [...taken],
    async settled() {
      while (deliveries.size > 0) await Promise.all(deliveries);
    },
    stop() {
      schedules.end();
      stopping.abort();
    },
    scope: 'events',
    operations: { PutEvents: putEvents(account, () => ports.clock.now(), publish) },
  };
}

function putEvents(account: AwsAccount, now: () => number, publish: (event: AwsEvent) => void): AwsOperation {
  function putEvent(entry: z.output<typeof Entry>): { readonly EventId: string } | { readonly ErrorCode: string; readonly ErrorMessage: string } {
    if (entry.Source.startsWith('aws.')) return { ErrorCode: 'NotAuthorizedForSourceException', ErrorMessage: 'Not authorized for the source.' };
    const detail = parseDetail(entry.Detail);
    if (detail === null) return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
    const event = eventOf(entry, detail, account, now());
    publish(event);
    return { EventId: event.id };
  }

  return operation(
    'PutEvents',
    z.strictObject({ Entries: z.array(Entry).min(1).max(10) }),
    () => [{ action: 'events:PutEvents', resource: `arn:aws:events:${account.region}:${account.id}:event-bus/default` }],
    ({ Entries }) => {
      const results = Entries.map((entry) => putEvent(entry));
      return { FailedEntryCount: results.filter((result) => 'ErrorCode' in result).length, Entries: results };
    },
  );
}

function eventOf(entry: z.output<typeof Entry>, detail: AwsEvent['detail'], account: AwsAccount, now: number): AwsEvent {
  const time = inSeconds(entry.Time === undefined ? now : entry.Time * 1000);
  return { version: '0', id: randomUUID(), 'detail-type': entry.DetailType, source: entry.Source, account: account.id, time, region: account.region, resources: entry.Resources, detail };
}

function dueEvent({ arn }: Rule, account: AwsAccount, now: number): AwsEvent {
  return { version: '0', id: randomUUID(), 'detail-type': 'Scheduled Event', source: 'aws.events', account: account.id, time: inSeconds(now), region: account.region, resources: [arn], detail: {} };
}

function inSeconds(epochMilliseconds: number): string {
  return new Date(epochMilliseconds).toISOString().replace(/\.\d+Z$/, 'Z');
}

function parseDetail(text: string): AwsEvent['detail'] | null {
  try {
    const detail = z.record(z.string(), z.unknown()).safeParse(JSON.parse(text));
    return detail.success ? detail.data : null;
  } catch {
    return null;
  }
}
