import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SiteKind } from '../support/sandbox/cell.ts';
import { runCell } from '../support/sandbox/fault-cell.ts';
import type { FaultSite } from '../support/sandbox/fault-site.ts';
import { startFaultSite } from '../support/sandbox/fault-sites.ts';
import type { StepName } from '../support/sandbox/fault-steps.ts';
import { quickCells } from './quick-cells.ts';

/** Declares the quick cells of these steps: they share a world, and each has a release of its own. */
export function describeQuickCells(kind: SiteKind, steps: readonly StepName[]): void {
  describe(`in a world of the kind ${kind}`, () => {
    let site: FaultSite | undefined;
    let releases = 0;
    beforeAll(async () => {
      site = await startFaultSite(kind);
    }, 120_000);
    afterAll(() => site?.stop());

    it.each(quickCells(kind, steps))(
      '%s, then %s',
      async (_name, remedy, cell) => {
        if (site === undefined) throw new Error('The world did not start.');
        releases += 1;
        const { shown, converged } = await runCell(site, cell, remedy, `2.${releases}.0`);
        expect({ shown, converged }).toEqual({ shown: [], converged: [] });
      },
      60_000,
    );
  });
}
