import { CELLS } from '../../test/support/sandbox/cells.ts';
import { runCells, type RunResult, runsOf } from './run-cells.ts';
import { measureStorm, type StormFigures } from './storm.ts';

/** What `--json` prints: exactly these members. */
export type FaultFigures = {
  readonly cells: number;
  /** Cells in which everything was as if nothing had been wrong after a redrive, or without one where the execution had succeeded. */
  readonly redrive: number;
  /** The same after a new execution with the same input. */
  readonly fresh: number;
  /** Releases that did not reach their target: cells that did not converge with one remedy or the other, and services of the storm. */
  readonly lost: number;
  /** Commits of the storm that put an older release in the place of a newer one, and cells that ended on another release. */
  readonly backwards: number;
  readonly storm: StormFigures;
};

export type FaultReport = { readonly figures: FaultFigures; readonly wrong: readonly string[] };

/** The storm first, in a process that has not grown yet; then every cell with both remedies. */
export async function measureFaults(tell: (text: string) => void): Promise<FaultReport> {
  const storm = await measureStorm({ services: 50, events: 1_000, within: 60_000, concurrency: 16, tell });
  const results = await runCells(runsOf(CELLS), { lanes: ['automatic', 'automatic', 'manual', 'hooked', 'asking', 'failing'], slowLanes: 6, tell });
  const converged = (remedy: RunResult['remedy']): number => results.filter((result) => result.remedy === remedy && isRight(result)).length;
  const unconverged = results.filter((result) => result.converged.length > 0);
  return {
    figures: {
      cells: CELLS.length,
      redrive: converged('redrive'),
      fresh: converged('fresh'),
      lost: storm.lost + new Set(unconverged.map(({ cell }) => cell.name)).size,
      backwards: storm.backwards + unconverged.filter((result) => result.converged.some((text) => text.startsWith('the current release is'))).length,
      storm,
    },
    wrong: results.filter((result) => !isRight(result)).map(describe).sort(),
  };
}

/** A cell that shows something else than it should counts as wrong too, above all one whose fault never struck. */
function isRight({ shown, converged }: RunResult): boolean {
  return shown.length === 0 && converged.length === 0;
}

function describe({ cell, remedy, shown, converged }: RunResult): string {
  return `${cell.name} (${remedy}): ${[...shown, ...converged].join('; ')}`;
}

/** The report for people. */
export function renderFaults({ figures, wrong }: FaultReport): string {
  const { storm, cells, redrive, fresh, lost, backwards } = figures;
  return [
    `${cells} cells: ${redrive} converged by redrive, ${fresh} by new execution; ${lost} releases lost, ${backwards} went backwards`,
    `Storm: ${storm.events} events, ${storm.eventsPerSecond} a second; ${storm.executions} executions, ${storm.deployments} deployments, ${storm.duplicates} duplicates, ${storm.lost} lost, ${storm.backwards} backwards; longest history ${storm.historyMax} events, ${storm.memoryMb} MB`,
    ...(wrong.length === 0 ? [] : ['Cells that did not converge:', ...wrong.map((line) => `  ${line}`)]),
  ].join('\n');
}
