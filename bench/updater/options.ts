import { parseArgs } from 'node:util';
import { counting, list, oneOf } from '../flags.ts';

export const MODES = ['default', 'best'] as const;

/** `default`: both poll, as they do when installed. `best`: the registry tells Image Updater of a push, and the Git host tells Argo CD. */
export type Mode = (typeof MODES)[number];

export type UpdaterOptions = { readonly modes: readonly Mode[]; readonly applications: readonly number[]; readonly rounds: number; readonly json: boolean };

export const UPDATER_USAGE = 'npm run --silent bench -- updater [--json] [--rounds <count>] [--applications 1,20,90] [--mode default|best]';

const DEFAULT_ROUNDS = 3;

/** The arguments after `updater`. @throws with what is wrong in them */
export function parseUpdaterOptions(args: readonly string[]): UpdaterOptions {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ args: [...args], options: { json: { type: 'boolean', default: false }, rounds: text, applications: text, mode: text } });
  return {
    json: values.json,
    rounds: values.rounds === undefined ? DEFAULT_ROUNDS : counting('--rounds', values.rounds),
    applications: list(values.applications, [1, 20, 90], (one) => counting('--applications', one)),
    modes: list(values.mode, MODES, (one) => oneOf('--mode', one, MODES)),
  };
}
