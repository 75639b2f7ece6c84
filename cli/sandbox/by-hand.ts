import { program } from '../program.ts';
import { STAGE } from './own-world.ts';
import { tell } from './scene.ts';

/** Shows a command line that a person would type. What it does happens beside it. */
export function showCommand(line: string): void {
  tell(`\n$ ${line}\n`);
}

/** Shows a command line of Slipway's, runs it in this process, and returns what it printed on standard output. */
export async function slipway(...args: readonly string[]): Promise<string> {
  const all = [...args, '--stage', STAGE];
  showCommand(['npx slipway', ...all.map(quoted)].join(' '));
  const printed: string[] = [];
  const { log } = console;
  const { exitCode } = process;
  console.log = (text: string) => void printed.push(text);
  try {
    await program().parseAsync([...all], { from: 'user' });
  } finally {
    console.log = log;
    process.exitCode = exitCode;
  }
  return printed.join('\n');
}

function quoted(argument: string): string {
  return /^[\w./:@=-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", String.raw`'\''`)}'`;
}
