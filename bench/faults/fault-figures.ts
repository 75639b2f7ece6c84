import type { Cell } from '../../test/support/sandbox/cell.ts';
import { CELLS } from '../../test/support/sandbox/cells.ts';
import { runCells, type RunOptions, type RunResult, runsOf } from './run-cells.ts';
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
  /** Null where it was not asked for, or broke off. */
  readonly storm: StormFigures | null;
};

/** What is measured: everything, unless something is chosen. */
export type FaultChoice = {
  /** Only the cells with this text in their name, and no storm. */
  readonly cells?: string | undefined;
  /** The storm alone. */
  readonly stormOnly: boolean;
};

type Tell = (text: string) => void;

/** Worlds side by side; those that wait for minutes cost little. */
const LANES: Pick<RunOptions, 'lanes' | 'slowLanes'> = { lanes: 4, slowLanes: 5 };

export type FaultReport = { readonly figures: FaultFigures; readonly wrong: readonly string[] };

/** The storm first, in a process that has not grown yet; then every cell with both remedies. What breaks off is told, and the rest goes on. */
export async function measureFaults({ cells: text, stormOnly }: FaultChoice, tell: Tell): Promise<FaultReport> {
  const cells = stormOnly ? [] : cellsWith(text ?? '');
  const storm = text === undefined ? await stormFigures(tell) : null;
  const results = await runCells(runsOf(cells), { ...LANES, tell });
  const converged = (remedy: RunResult['remedy']): number => results.filter((result) => result.remedy === remedy && isRight(result)).length;
  const unconverged = results.filter((result) => result.converged.length > 0);
  return {
    figures: {
      cells: cells.length,
      redrive: converged('redrive'),
      fresh: converged('fresh'),
      lost: (storm?.lost ?? 0) + new Set(unconverged.map(({ cell }) => cell.name)).size,
      backwards: (storm?.backwards ?? 0) + unconverged.filter((result) => result.converged.some((said) => said.startsWith('the current release is'))).length,
      storm,
    },
    wrong: results.filter((result) => !isRight(result)).map(describe).sort(),
  };
}

/** @throws where there is none */
function cellsWith(text: string): readonly Cell[] {
  const chosen = CELLS.filter(({ name }) => name.toLowerCase().includes(text.toLowerCase()));
  if (chosen.length === 0) throw new Error(`No cell has "${text}" in its name; test/support/sandbox/cells.ts makes the names.`);
  return chosen;
}

async function stormFigures(tell: Tell): Promise<StormFigures | null> {
  try {
    return await measureStorm({ services: 50, events: 1_000, within: 60_000, concurrency: { working: 4, watching: 12 }, tell });
  } catch (error) {
    tell(`the storm broke off: ${error instanceof Error ? error.message : String(error)}`);
    return null;
  }
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
    ...(storm === null ? [] : [renderStorm(storm)]),
    ...(wrong.length === 0 ? [] : ['Cells that did not converge:', ...wrong.map((line) => `  ${line}`)]),
  ].join('\n');
}

function renderStorm(storm: StormFigures): string {
  return `Storm: ${storm.events} events, ${storm.eventsPerSecond} a second, delivered in ${storm.deliveredIn} s and worked off in ${storm.workedOffIn} s; ${storm.executions} executions, ${storm.deployments} deployments, ${storm.duplicates} duplicates, ${storm.lost} lost, ${storm.backwards} backwards; longest history ${storm.historyMax} events, ${storm.memoryMb} MB`;
}
