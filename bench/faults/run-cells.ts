import type { Cell, SiteKind } from '../../test/support/sandbox/cell.ts';
import { type CellResult, type Remedy, runCell } from '../../test/support/sandbox/fault-cell.ts';
import type { FaultSite } from '../../test/support/sandbox/fault-site.ts';
import { startFaultSite } from '../../test/support/sandbox/fault-sites.ts';
import { runSweepCell } from '../../test/support/sandbox/sweep-cell.ts';

export type Run = { readonly cell: Cell; readonly remedy: Remedy };

/** A run that could not be finished counts as one that did not converge. */
export type RunResult = Pick<CellResult, 'cell' | 'remedy' | 'shown' | 'converged'>;

/** Both remedies, each in a run of its own. */
export function runsOf(cells: readonly Cell[]): readonly Run[] {
  return cells.flatMap((cell) => (['redrive', 'fresh'] as const).map((remedy) => ({ cell, remedy })));
}

export type RunOptions = {
  /** Worlds side by side. */
  readonly lanes: number;
  /** Worlds side by side for runs that wait for minutes, and cost little meanwhile. */
  readonly slowLanes: number;
  readonly tell: (text: string) => void;
};

/** Longest time of one run, in milliseconds: one that never ends keeps nobody from the others. */
const RUN_LIMIT = 30 * 60_000;

/** Runs them all; each lane has one world at a time, which serves one run after the other. */
export async function runCells(runs: readonly Run[], { lanes, slowLanes, tell }: RunOptions): Promise<readonly RunResult[]> {
  const results: RunResult[] = [];
  const waiting = { slow: runs.filter(({ cell }) => cell.slow === true), quick: runs.filter(({ cell }) => cell.slow !== true) };
  const serve = async (queue: Run[]): Promise<void> => {
    const lane = startLane();
    for (let run = next(queue, lane.kind()); run !== undefined; run = next(queue, lane.kind())) {
      const begun = Date.now();
      const result = await lane.run(run);
      results.push(result);
      const wrong = [...result.shown, ...result.converged];
      tell(`${results.length}/${runs.length} ${run.cell.name} (${run.remedy}), ${((Date.now() - begun) / 1000).toFixed(1)} s${wrong.map((text) => `\n    ${text}`).join('')}`);
    }
    await lane.stop();
  };
  const side = (count: number, queue: Run[]) => Array.from({ length: Math.min(count, queue.length) }, () => serve(queue));
  await Promise.all([...side(slowLanes, waiting.slow), ...side(lanes, waiting.quick)]);
  return results;
}

/** Of the kind that the lane has a world for, else of the kind that most runs wait for; taken out of the queue. */
function next(queue: Run[], kind: SiteKind | null): Run | undefined {
  const kinds = queue.map(({ cell }) => cell.kind);
  const count = (one: SiteKind): number => kinds.filter((other) => other === one).length;
  const wanted = kind !== null && kinds.includes(kind) ? kind : kinds.toSorted((a, b) => count(b) - count(a))[0];
  const index = queue.findIndex(({ cell }) => cell.kind === wanted);
  return index < 0 ? undefined : queue.splice(index, 1)[0];
}

type Lane = { kind(): SiteKind | null; run(run: Run): Promise<RunResult>; stop(): Promise<void> };

/** A run that did not converge may have left anything behind: the next one gets a new world. */
function startLane(): Lane {
  let site: { readonly kind: SiteKind; readonly place: FaultSite } | null = null;
  let releases = 0;
  async function stop(): Promise<void> {
    const { place } = site ?? {};
    site = null;
    await place?.stop();
  }
  return {
    stop,
    kind: () => site?.kind ?? null,
    async run({ cell, remedy }) {
      try {
        if (site?.kind !== cell.kind) await stop();
        site ??= { kind: cell.kind, place: await startFaultSite(cell.kind) };
        releases += 1;
        const play = cell.kind === 'swept' ? runSweepCell : runCell;
        const result = await inTime(play(site.place, cell, remedy, `2.${releases}.0`));
        if (result.converged.length > 0) await stop();
        return result;
      } catch (error) {
        await stop().catch(() => undefined);
        return { cell, remedy, shown: [], converged: [`the run broke off: ${error instanceof Error ? error.message : String(error)}`] };
      }
    },
  };
}

async function inTime<Result>(run: Promise<Result>): Promise<Result> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`it took longer than ${RUN_LIMIT / 60_000} minutes`)), RUN_LIMIT);
  try {
    return await Promise.race([run, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
