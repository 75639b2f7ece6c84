import { type Clock, timestamp } from './clock.ts';
import type { EventObject, KubernetesObject } from './objects.ts';
import type { Store } from './store.ts';

export type Occurrence = { readonly type: 'Normal' | 'Warning'; readonly reason: string; readonly message: string; readonly fieldPath?: string };

/** Writes Event objects about an object; the same occurrence again only counts up. */
export type RecordEvent = (object: KubernetesObject, occurrence: Occurrence) => void;

export function createRecorder(store: Store, clock: Clock, component: string): RecordEvent {
  return (object, { type, reason, message, fieldPath }) => {
    const { apiVersion, kind, metadata } = object;
    const { namespace, name, uid } = metadata;
    const now = timestamp(clock.now());
    const same = store.list('Event', namespace).find((event) => event.involvedObject.uid === uid && event.reason === reason && event.message === message);
    if (same !== undefined) {
      store.update('Event', namespace, same.metadata.name, (event): EventObject => ({ ...event, count: event.count + 1, lastTimestamp: now }));
      return;
    }
    store.create('Event', {
      // As client-go names events: after the nanosecond, so that names sort by time.
      metadata: { name: `${name}.${(BigInt(clock.now()) * 1_000_000n + BigInt(store.resourceVersion())).toString(16)}`, namespace },
      involvedObject: { kind, namespace, name, uid, apiVersion, ...(fieldPath === undefined ? {} : { fieldPath }) },
      reason, message, type,
      source: { component },
      firstTimestamp: now, lastTimestamp: now, count: 1,
      reportingComponent: component, reportingInstance: '',
    });
  };
}
