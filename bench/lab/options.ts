import { parseArgs } from 'node:util';
import { counting, list, oneOf } from '../flags.ts';
import { type Choice, EVERYTHING } from './configuration.ts';

export type LabOptions = { readonly choice: Choice; /** That count, in each configuration. */ readonly rounds: number; readonly json: boolean };

export const LAB_USAGE = 'npm run --silent bench -- lab [--json] [--rounds <count>] [--targets 1,10,40] [--files 10,20000] [--auto-sync on|off] [--start warm|cold]';

const DEFAULT_ROUNDS = 30;

/** The arguments after `lab`. @throws with what is wrong in them */
export function parseLabOptions(args: readonly string[]): LabOptions {
  const text = { type: 'string' } as const;
  const options = { json: { type: 'boolean', default: false }, rounds: text, targets: text, files: text, 'auto-sync': text, start: text } as const;
  const { values } = parseArgs({ args: [...args], options });
  return {
    json: values.json,
    rounds: values.rounds === undefined ? DEFAULT_ROUNDS : counting('--rounds', values.rounds),
    choice: {
      targets: list(values.targets, EVERYTHING.targets, (one) => counting('--targets', one)),
      files: list(values.files, EVERYTHING.files, (one) => counting('--files', one)),
      autoSync: list(values['auto-sync'], EVERYTHING.autoSync, (one) => oneOf('--auto-sync', one, ['on', 'off']) === 'on'),
      start: list(values.start, EVERYTHING.start, (one) => oneOf('--start', one, ['warm', 'cold'])),
    },
  };
}
