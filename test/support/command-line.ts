import type { Command } from 'commander';
import { program } from '../../cli/program.ts';

/** Takes a command line as the terminal does, with or without `npx` before it, and returns the command that would have run. @throws where it is not understood */
export async function understood(line: string): Promise<string> {
  const [name, ...args] = words(line.replace(/^npx /, ''));
  if (name !== 'slipway') throw new Error(`This is no command line of slipway: ${line}`);
  const slipway = program();
  let ran = '';
  silence(slipway, (command) => (ran = command));
  await slipway.parseAsync([...args], { from: 'user' });
  return ran;
}

/** Words of a command line as a shell takes them: quotes hold one word together. */
function words(line: string): readonly string[] {
  return [...line.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(([, double, single, bare]) => double ?? single ?? bare ?? '');
}

/** Commands that do nothing but say that they would run. */
function silence(command: Command, told: (name: string) => void): void {
  command.configureOutput({ writeErr: () => undefined, writeOut: () => undefined });
  for (const child of command.commands) {
    silence(child, told);
    if (child.commands.length === 0) child.action(() => told(child.name()));
  }
}
