import { targetName } from '../../domain/deployment.ts';
import { UnavailableError } from '../../domain/errors.ts';
import type { DeploymentConcluded, Events } from '../../ports/events.ts';

export type MemoryEvents = Events & {
  /** What was published, oldest first. */
  readonly published: readonly DeploymentConcluded[];
  /** Whether the bus takes events; at first it does. */
  setAvailable(available: boolean): void;
};

export function createMemoryEvents(): MemoryEvents {
  const published: DeploymentConcluded[] = [];
  let available = true;
  return {
    published,
    setAvailable(now) {
      available = now;
    },
    async concluded(event) {
      if (!available) throw new UnavailableError(`Cannot publish the conclusion of ${targetName(event)}: the bus did not take the event; try again.`);
      published.push(structuredClone(event));
    },
  };
}
