import type { HistoryEvent } from '@aws-sdk/client-sfn';

/** A history as it grows, with the way from an event to those before and after it in its own branch. */
export type EventTrail = {
  add(event: HistoryEvent): void;
  /** The event that this one led to, once it is known. */
  next(event: HistoryEvent): HistoryEvent | undefined;
  /** Name of the state that the event belongs to. */
  stateOf(event: HistoryEvent): string;
  /** What the event's task was given, as JSON. */
  parametersOf(event: HistoryEvent): string | undefined;
};

export function createEventTrail(): EventTrail {
  const byId = new Map<number, HistoryEvent>();
  const successors = new Map<number, HistoryEvent>();

  /** From an event back to the one with which its state was entered. */
  function back(event: HistoryEvent): readonly HistoryEvent[] {
    const before = event.stateEnteredEventDetails === undefined ? byId.get(event.previousEventId ?? 0) : undefined;
    return before === undefined ? [event] : [event, ...back(before)];
  }

  return {
    add(event) {
      byId.set(event.id ?? 0, event);
      successors.set(event.previousEventId ?? 0, event);
    },
    next: ({ id = 0 }) => successors.get(id),
    stateOf: (event) => back(event).at(-1)?.stateEnteredEventDetails?.name ?? '',
    parametersOf: (event) => back(event).find(({ taskScheduledEventDetails }) => taskScheduledEventDetails !== undefined)?.taskScheduledEventDetails?.parameters,
  };
}
