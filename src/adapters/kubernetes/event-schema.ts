import * as z from 'zod/mini';
import type { ObservedEvent } from '../../domain/cluster.ts';
import { instant, parseObject, text } from './object-schema.ts';

/** An Event of core/v1: old reporters write the timestamps, newer ones `eventTime` and `series`. */
const EventSchema = z.object({
  metadata: z.object({ creationTimestamp: instant }),
  involvedObject: z.object({ kind: text, name: text, uid: text }),
  reason: text,
  message: text,
  firstTimestamp: instant,
  lastTimestamp: instant,
  eventTime: instant,
  series: z.optional(z.nullable(z.object({ lastObservedTime: instant }))),
});

export function parseEvent(object: unknown): ObservedEvent {
  const event = parseObject(EventSchema, 'Event', object);
  const firstSeen = event.firstTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp ?? '';
  return {
    objectUid: event.involvedObject.uid,
    objectKind: event.involvedObject.kind,
    objectName: event.involvedObject.name,
    reason: event.reason,
    message: event.message,
    firstSeen,
    lastSeen: event.series?.lastObservedTime ?? event.lastTimestamp ?? event.eventTime ?? firstSeen,
  };
}
