import { parseArgs } from 'node:util';
import { counting, list, oneOf } from '../flags.ts';

export const PARTS = ['size', 'contention', 'soak'] as const;

export type Part = (typeof PARTS)[number];

export type GitOptions = {
  readonly json: boolean;
  readonly parts: readonly Part[];
  /** Services that are pushed within one second. */
  readonly services: number;
  /** How often that happens. */
  readonly rounds: number;
  /** Length of the soak. */
  readonly seconds: number;
  /** Commits of each contender to each size of repository; the slow ones make a fifth of them. */
  readonly commits: number;
};

export const GIT_USAGE = 'npm run --silent bench -- git [--json] [--part size,contention,soak] [--services <count>] [--rounds <count>] [--seconds <count>] [--commits <count>]';

/** The arguments after `git`. @throws with what is wrong in them */
export function parseGitOptions(args: readonly string[]): GitOptions {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ args: [...args], options: { json: { type: 'boolean', default: false }, part: text, services: text, rounds: text, seconds: text, commits: text } });
  const count = (flag: 'services' | 'rounds' | 'seconds' | 'commits', otherwise: number): number => (values[flag] === undefined ? otherwise : counting(`--${flag}`, values[flag]));
  return {
    json: values.json,
    parts: list(values.part, PARTS, (one) => oneOf('--part', one, PARTS)),
    services: count('services', 90),
    rounds: count('rounds', 3),
    seconds: count('seconds', 60),
    commits: count('commits', 20),
  };
}
