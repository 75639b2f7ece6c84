import type { HistoryEvent as SdkEvent, HistoryEventType } from '@aws-sdk/client-sfn';
import { StatesError } from './errors.ts';
import type { Json } from './json.ts';
import { MAX_EVENTS } from './limits.ts';

/** The details of an event under their real names; the SDK's type keeps them honest. */
export type EventDetails = Omit<SdkEvent, 'id' | 'previousEventId' | 'timestamp' | 'type'>;

/** An event as GetExecutionHistory answers it, but for the time: epoch milliseconds. */
export type HistoryEvent = EventDetails & {
  readonly id: number;
  /** The event that led to this one: in a Map iteration the iteration's own last event. 0 for the first. */
  readonly previousEventId: number;
  readonly timestamp: number;
  readonly type: HistoryEventType;
};

const LAST_EVENTS: readonly HistoryEventType[] = ['ExecutionSucceeded', 'ExecutionFailed', 'ExecutionAborted', 'ExecutionTimedOut'];

/** The event log of one execution. */
export class History {
  readonly events: HistoryEvent[] = [];

  /** Appends an event and returns its id. The last place below the limit is kept for the event that ends the execution. */
  add(type: HistoryEventType, previousEventId: number, timestamp: number, details: EventDetails = {}): number {
    if (this.events.length >= MAX_EVENTS - 1 && !LAST_EVENTS.includes(type)) {
      throw new StatesError('States.Runtime', `The execution reached the maximum number of history events (${MAX_EVENTS}).`);
    }
    const id = this.events.length + 1;
    this.events.push({ id, previousEventId, timestamp, type, ...details });
    return id;
  }
}

/** Data of an event as the service stores it: JSON text, never cut off here. */
export function inputData(value: Json): { input: string; inputDetails: { truncated: boolean } } {
  return { input: JSON.stringify(value), inputDetails: { truncated: false } };
}

export function outputData(value: Json): { output: string; outputDetails: { truncated: boolean } } {
  return { output: JSON.stringify(value), outputDetails: { truncated: false } };
}
