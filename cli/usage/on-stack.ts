import type { Command } from 'commander';

/** The options of every command that works on a deployed stack. */
export function onStack(command: Command): Command {
  return command.option('--stage <name>', 'stage of the stack', 'dev').option('--json', 'print one JSON object on standard output');
}
