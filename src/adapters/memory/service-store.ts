import type { Service } from '../../domain/service.ts';
import type { ServiceStore } from '../../ports/deployment-store.ts';

export function createMemoryServiceStore(services: readonly Service[] = []): ServiceStore {
  const stored = new Map(services.map((service) => [service.name, service]));

  function where(condition: (service: Service) => boolean): readonly Service[] {
    const found = [...stored.values()].filter(condition);
    return structuredClone(found.toSorted((a, b) => (a.name < b.name ? -1 : 1)));
  }

  return {
    async service(name) {
      return structuredClone(stored.get(name) ?? null);
    },
    async servicesOf(repository) {
      return where((service) => service.repository.registry === repository.registry && service.repository.name === repository.name);
    },
    async ownedBy(owner) {
      return where((service) => service.owner === owner);
    },
    async put(service) {
      stored.set(service.name, structuredClone(service));
    },
    async remove(service) {
      stored.delete(service.name);
    },
  };
}
