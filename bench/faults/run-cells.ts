import type { Cell, SiteKind } from '../../test/support/sandbox/cells.ts';
import { type CellResult, type Remedy, runCell } from '../../test/support/sandbox/fault-cell.ts';
import type { FaultSite } from '../../test/support/sandbox/fault-site.ts';
import { startFaultSite } from '../../test/support/sandbox/fault-sites.ts';

export type Run = { readonly cell: Cell; readonly remedy: Remedy };

/** A run that could not be finished counts as one that did not converge. */
export type RunResult = Pick<CellResult, 'cell' | 'remedy' | 'shown' | 'converged'>;

/** Both remedies, each in a run of its own. */
export function runsOf(cells: readonly Cell[]): readonly Run[] {
  return cells.flatMap((cell) => (['redrive', 'fresh'] as const).map((remedy) => ({ cell, remedy })));
}

export type RunOptions = {
  /** Worlds side by side, each of which takes the next run that it can. */
  readonly lanes: readonly SiteKind[];
  /** Worlds side by side for runs that wait for minutes. */
  readonly slowLanes: number;
  readonly tell: (text: string) => void;
};

/** Runs them all; each world serves one run after the other. */
export async function runCells(runs: readonly Run[], { lanes, slowLanes, tell }: RunOptions): Promise<readonly RunResult[]> {
  const results: RunResult[] = [];
  const waiting = [...runs];
  const take = (fits: (cell: Cell) => boolean): Run | undefined => {
    const index = waiting.findIndex(({ cell }) => fits(cell));
    return index < 0 ? undefined : waiting.splice(index, 1)[0];
  };
  const serve = async (kind: SiteKind, fits: (cell: Cell) => boolean): Promise<void> => {
    const lane = startLane(kind);
    for (let run = take(fits); run !== undefined; run = take(fits)) {
      const begun = Date.now();
      const result = await lane.run(run);
      results.push(result);
      const wrong = [...result.shown, ...result.converged];
      tell(`${results.length}/${runs.length} ${run.cell.name} (${run.remedy}), ${((Date.now() - begun) / 1000).toFixed(1)} s${wrong.map((text) => `\n    ${text}`).join('')}`);
    }
    await lane.stop();
  };
  await Promise.all([
    ...Array.from({ length: slowLanes }, () => serve('automatic', ({ slow }) => slow === true)),
    ...lanes.map((lane) => serve(lane, ({ kind, slow }) => slow !== true && kind === lane)),
  ]);
  return results;
}

type Lane = { run(run: Run): Promise<RunResult>; stop(): Promise<void> };

/** A run that did not converge may have left anything behind: the next one gets a new world. */
function startLane(kind: SiteKind): Lane {
  let site: FaultSite | null = null;
  let releases = 0;
  async function stop(): Promise<void> {
    await site?.stop();
    site = null;
  }
  return {
    stop,
    async run({ cell, remedy }) {
      try {
        site ??= await startFaultSite(kind);
        releases += 1;
        const result = await runCell(site, cell, remedy, `2.${releases}.0`);
        if (result.converged.length > 0) await stop();
        return result;
      } catch (error) {
        await stop();
        return { cell, remedy, shown: [], converged: [`the run broke off: ${error instanceof Error ? error.message : String(error)}`] };
      }
    },
  };
}
