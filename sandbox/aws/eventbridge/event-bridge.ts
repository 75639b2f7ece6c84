import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { operation } from '../operation.ts';
import type { AwsAccount, AwsService } from '../service.ts';
import { deliver, type DeliveryPorts } from './delivery.ts';
import type { AwsEvent } from './event.ts';
import { parseRule, type Rule } from './rule.ts';

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
};

export type EventBridge = AwsService & {
  /** Adds an AWS::Events::Rule by its properties, or replaces the one of that name, and returns its ARN. */
  putRule(properties: unknown): string;
  /** Takes an event of an AWS service and delivers it in the background. */
  publish(event: AwsEvent): void;
  /** Every event taken, oldest first. */
  events(): readonly AwsEvent[];
  /** Resolves when no delivery is under way. */
  settled(): Promise<void>;
  /** Gives up the deliveries that wait for a retry. */
  stop(): void;
};

/** The default event bus of the account. */
export function createEventBridge({ account, onError, ...ports }: EventBridgeOptions): EventBridge {
  const rules = new Map<string, Rule>();
  const taken: AwsEvent[] = [];
  const deliveries = new Set<Promise<void>>();
  const stopping = new AbortController();

  function publish(event: AwsEvent): void {
    taken.push(event);
    for (const rule of rules.values()) {
      if (!rule.matches(event)) continue;
      for (const target of rule.targets) {
        const delivery = deliver(ports, rule, target, event, stopping.signal)
          .catch((error: unknown) => {
            if (!stopping.signal.aborted) onError(error);
          })
          .finally(() => deliveries.delete(delivery));
        deliveries.add(delivery);
      }
    }
  }

  return {
    putRule(properties) {
      const rule = parseRule(properties, account);
      rules.set(rule.arn, rule);
      return rule.arn;
    },
    publish,
    events: () => [...taken],
    async settled() {
      while (deliveries.size > 0) await Promise.all(deliveries);
    },
    stop: () => stopping.abort(),
    scope: 'events',
    operations: {
      PutEvents: operation(
        'PutEvents',
        z.strictObject({ Entries: z.array(Entry).min(1).max(10) }),
        () => [{ action: 'events:PutEvents', resource: `arn:aws:events:${account.region}:${account.id}:event-bus/default` }],
        ({ Entries }) => {
          const results = Entries.map((entry) => putEvent(entry));
          return { FailedEntryCount: results.filter((result) => 'ErrorCode' in result).length, Entries: results };
        },
      ),
    },
  };

  function putEvent(entry: z.output<typeof Entry>): { readonly EventId: string } | { readonly ErrorCode: string; readonly ErrorMessage: string } {
    if (entry.Source.startsWith('aws.')) return { ErrorCode: 'NotAuthorizedForSourceException', ErrorMessage: 'Not authorized for the source.' };
    const detail = parseDetail(entry.Detail);
    if (detail === null) return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' };
    const event = eventOf(entry, detail, account, ports.clock.now());
    publish(event);
    return { EventId: event.id };
  }
}

function eventOf(entry: z.output<typeof Entry>, detail: AwsEvent['detail'], account: AwsAccount, now: number): AwsEvent {
  const time = new Date(entry.Time === undefined ? now : entry.Time * 1000).toISOString().replace(/\.\d+Z$/, 'Z');
  return { version: '0', id: randomUUID(), 'detail-type': entry.DetailType, source: entry.Source, account: account.id, time, region: account.region, resources: entry.Resources, detail };
}

function parseDetail(text: string): AwsEvent['detail'] | null {
  try {
    const detail = z.record(z.string(), z.unknown()).safeParse(JSON.parse(text));
    return detail.success ? detail.data : null;
  } catch {
    return null;
  }
}
