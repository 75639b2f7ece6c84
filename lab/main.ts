/** `npm run lab`, `npm run lab:up` and `npm run lab:down`. Progress goes to standard error. */
import { labDown } from './commands/down.ts';
import { labTest } from './commands/test.ts';
import { labUp } from './commands/up.ts';
import { runCommand } from './run-command.ts';

const COMMANDS: Readonly<Record<string, (args: readonly string[]) => Promise<number>>> = { test: labTest, up: labUp, down: () => labDown() };

const [name = '', ...args] = process.argv.slice(2);
const command = COMMANDS[name];
if (command === undefined) {
  console.error(`There is no command ${JSON.stringify(name)} of the lab: npm run lab, npm run lab:up and npm run lab:down are its commands.`);
  process.exitCode = 2;
} else {
  await runCommand(() => command(args));
}
