import type { Message } from '@aws-sdk/client-sqs';
import * as z from 'zod/mini';
import { oneLine } from '../../src/domain/one-line.ts';
import { readExecutionInput } from '../execution/execution-input.ts';
import { readJson } from '../execution/execution-json.ts';

/** An event that EventBridge could not deliver, and why. */
export type LostEvent = {
  /** EventBridge's; null for a message that holds no event. */
  readonly id: string | null;
  /** What it is about, as `inference-service:1.1.0`; null where that can't be read. */
  readonly release: string | null;
  /** When it happened. */
  readonly at: string | null;
  /** Name of the rule that it matched. */
  readonly rule: string | null;
  /** `NO_PERMISSIONS: …`: EventBridge's code and the target's words. */
  readonly reason: string;
  /** The event as an execution would have got it. */
  readonly body: unknown;
};

const Event = z.object({ id: z.string().check(z.regex(/^[A-Za-z0-9-]{1,64}$/)), time: z.string() });

/** Reads what EventBridge leaves in a dead-letter queue: the event as the body, the failure as attributes. */
export function readLostEvent({ Body, MessageAttributes = {} }: Pick<Message, 'Body' | 'MessageAttributes'>): LostEvent {
  const attribute = (name: string): string | null => MessageAttributes[name]?.StringValue ?? null;
  const event = readJson(Event, Body);
  const rule = attribute('RULE_ARN');
  const words = [attribute('ERROR_CODE'), attribute('ERROR_MESSAGE')].filter((word) => word !== null);
  return {
    id: event?.id ?? null,
    release: releaseOf(Body),
    at: event?.time ?? null,
    rule: rule === null ? null : rule.slice(rule.lastIndexOf('/') + 1),
    reason: words.length === 0 ? 'EventBridge gave no reason' : oneLine(words.join(': ')),
    body: event === undefined ? null : readJson(z.unknown(), Body),
  };
}

function releaseOf(body: string | undefined): string | null {
  const input = readExecutionInput(body);
  if (input === null) return null;
  return oneLine(`${input.repository?.name ?? input.service ?? ''}:${input.tag ?? 'no tag'}`, 200);
}

/** Name of the execution that a lost event starts: asked for twice, it is started once. */
export function executionNameOf(id: string): string {
  return `event_${id}`;
}
