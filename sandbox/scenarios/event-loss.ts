import type { AwsEvent, EventCarrier } from '../aws/eventbridge/event.ts';

/** Loses the events of which a scenario says so, and carries the others. */
export function losing(isLost: (event: AwsEvent) => boolean): EventCarrier {
  return (event, publish) => {
    if (!isLost(event)) publish(event);
  };
}

/** The storm: images that each service gets, and how late an event comes at most, so that later pushes overtake it. */
export const STORM = { pushes: 9, latestMs: 2_500 };

/**
 * Of the events of each repository one is lost, every second of the others comes twice, and all come when they like. For the first two
 * repositories it is the last that is lost. The same at each run, so that what a run shows can be looked at again.
 */
export function stormy(): EventCarrier {
  const counts = new Map<string, number>();
  return (event, publish) => {
    const repository = String(event.detail['repository-name']);
    const count = (counts.get(repository) ?? 0) + 1;
    counts.set(repository, count);
    const place = [...counts.keys()].indexOf(repository);
    const lost = place < 2 ? STORM.pushes : place + 1;
    if (count === lost) return;
    const copies = (count < lost ? count : count - 1) % 2 === 1 ? 2 : 1;
    for (let copy = 0; copy < copies; copy++) {
      const delay = (((count * 37 + place * 61 + copy * 83) % 100) / 100) * STORM.latestMs;
      setTimeout(() => publish(event), delay).unref();
    }
  };
}
