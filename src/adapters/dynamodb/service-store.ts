import type { Service } from '../../domain/service.ts';
import type { ServiceStore } from '../../ports/deployment-store.ts';
import { ownerKey, repositoryKey, serviceKey, sweptServicesKey } from './keys.ts';
import { readStored } from './stored.ts';
import { StoredService } from './stored-service.ts';
import { json, type Key, type Table, text } from './table.ts';

const NAMES = 'services';

/**
 * Services by name, and two indexes of names: by repository and by owner. A name is never taken out of an index, since two `apply`
 * at once could take out what the other just needs; readers look at the service itself. The sweep's list says since when a service is
 * applied; applying it again does not change that.
 */
export function createServiceStore(table: Table, now = () => new Date().toISOString()): ServiceStore {
  async function service(name: string): Promise<Service | null> {
    const item = await table.get(serviceKey(name));
    return item === null ? null : readStored(StoredService, item['data'], `The configuration of service ${name}`);
  }

  async function indexed(key: Key): Promise<readonly Service[]> {
    const names = (await table.get(key))?.[NAMES]?.SS ?? [];
    const services = await Promise.all(names.toSorted().map(service));
    return services.filter((found) => found !== null);
  }

  return {
    service,
    async servicesOf(repository) {
      const services = await indexed(repositoryKey(repository));
      return services.filter((found) => found.repository.registry === repository.registry && found.repository.name === repository.name);
    },
    async ownedBy(owner) {
      const services = await indexed(ownerKey(owner));
      return services.filter((found) => found.owner === owner);
    },
    async put(changed) {
      await table.addName(repositoryKey(changed.repository), NAMES, changed.name);
      await table.addName(ownerKey(changed.owner), NAMES, changed.name);
      await table.set(sweptServicesKey(changed.name), { since: text(now()) }, { expression: 'attribute_not_exists(since)', values: {} });
      await table.set(serviceKey(changed.name), { data: json(changed) });
    },
    // The service goes last: while it is there, `apply` finds it and can remove it again.
    async remove({ name }) {
      await table.delete(sweptServicesKey(name));
      await table.delete(serviceKey(name));
    },
  };
}
