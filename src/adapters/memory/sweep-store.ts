import type { Instant } from '../../domain/instant.ts';
import type { SweepStore } from '../../ports/deployment-store.ts';

/** @param services when each was first applied, by name */
export function createMemorySweepStore(services: Readonly<Record<string, Instant>> = {}): SweepStore {
  let position: string | null = null;
  return {
    async services(after, limit) {
      const names = Object.keys(services).toSorted().filter((name) => after === null || name > after);
      return names.slice(0, limit).map((name) => ({ name, since: services[name] ?? '' }));
    },
    async stoppedAfter() {
      return position;
    },
    async stopAfter(service) {
      position = service;
    },
  };
}
