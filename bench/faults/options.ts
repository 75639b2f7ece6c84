import { parseArgs } from 'node:util';
import type { FaultChoice } from './fault-figures.ts';

export const FAULTS_USAGE = 'npm run --silent bench -- faults [--json] [--cells <text in their names> | --storm]';

/** @throws with what is wrong in them */
export function parseFaultOptions(args: readonly string[]): FaultChoice & { readonly json: boolean } {
  const flag = { type: 'boolean', default: false } as const;
  const { json, storm, cells } = parseArgs({ args: [...args], options: { json: flag, storm: flag, cells: { type: 'string' } } }).values;
  if (storm && cells !== undefined) throw new Error('The storm has no cells: give --cells or --storm.');
  return { json, cells, stormOnly: storm };
}
