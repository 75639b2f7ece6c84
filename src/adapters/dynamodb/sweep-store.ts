import type { SweepStore } from '../../ports/deployment-store.ts';
import { SWEEP_KEY, SWEPT_SERVICES } from './keys.ts';
import { nothing, type Table, text } from './table.ts';

const STOPPED_AFTER = 'stoppedAfter';

/** What the sweep goes through is written with the services, by `slipway apply`. */
export function createSweepStore(table: Table): SweepStore {
  return {
    async services(after, limit) {
      const items = await table.page(SWEPT_SERVICES, after, limit);
      return items.map(({ sk, since }) => ({ name: sk?.S ?? '', since: since?.S ?? '' }));
    },
    async stoppedAfter() {
      return (await table.get(SWEEP_KEY))?.[STOPPED_AFTER]?.S ?? null;
    },
    async stopAfter(service) {
      await table.set(SWEEP_KEY, { [STOPPED_AFTER]: service === null ? nothing : text(service) });
    },
  };
}
