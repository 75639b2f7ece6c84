import type { Command } from 'commander';
import { nonEmptyName } from './non-empty-name.ts';

/** The options of every command that works on a deployed stack. */
export function onStack(command: Command): Command {
  return command.option('--stage <name>', 'stage of the stack', nonEmptyName, 'dev').option('--json', 'print one JSON object on standard output');
}
