import { type Cell, cellOf, OUTAGES, unlessForGood } from './cell.ts';
import { outage } from './fault-kinds.ts';

/** VerifyRelease asks again by itself until it is answered, or its time is up: the history need not tell of it. */
export const SMOKE_CELLS: readonly Cell[] = Object.entries(OUTAGES).map(([name, lasts]) => ({
  ...unlessForGood(cellOf('VerifyRelease', `smoke check down ${name}`, outage('smoke', lasts)), lasts, /^RefusedError: Smoke check http\S+ never answered: /),
  kind: 'smoked',
  slow: lasts > 1_000,
}));
