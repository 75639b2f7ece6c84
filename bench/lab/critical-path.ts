/** The members of a history event that tell what led to it. */
export type PathEvent = { readonly id: number; readonly previousEventId: number; readonly type: string };

/** What an execution did one after the other, of what it did at once only the part that ended last. */
export type CriticalPath = { readonly transitions: number; readonly invocations: number };

/** Walks back from the last event of a history. */
export function criticalPath(events: readonly PathEvent[]): CriticalPath {
  const byId = new Map(events.map((event) => [event.id, event]));
  let [transitions, invocations] = [0, 0];
  for (let event = events.at(-1); event !== undefined; event = byId.get(event.previousEventId)) {
    if (event.type.endsWith('StateEntered')) transitions++;
    if (event.type === 'TaskScheduled' || event.type === 'LambdaFunctionScheduled') invocations++;
  }
  return { transitions, invocations };
}
