import { describeMachine, type Machine } from '../machine.ts';
import { type ContentionFigures, measureContention } from './measure-contention.ts';
import { measureSize, type SizeFigures } from './measure-size.ts';
import { measureSoak, type SoakFigures } from './measure-soak.ts';
import type { GitOptions } from './options.ts';

/** What `--json` prints: exactly these members; a part that was not asked for is null. Times are milliseconds. */
export type GitReport = {
  readonly machine: Machine;
  readonly size: SizeFigures | null;
  readonly contention: ContentionFigures | null;
  readonly soak: SoakFigures | null;
};

export async function measureGit({ parts, services, rounds, seconds, commits }: GitOptions, tell: (text: string) => void): Promise<GitReport> {
  const machine = describeMachine();
  if (machine.warning !== null) tell(machine.warning);
  return {
    machine,
    size: parts.includes('size') ? await measureSize({ commits, tell }) : null,
    contention: parts.includes('contention') ? await measureContention({ services, rounds, tell }) : null,
    soak: parts.includes('soak') ? await measureSoak({ seconds, tell }) : null,
  };
}
