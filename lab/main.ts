/** `npm run lab`, `npm run lab:up` and `npm run lab:down`. Progress goes to standard error. */
import { labDown } from './commands/down.ts';
import { labTest } from './commands/test.ts';
import { labUp } from './commands/up.ts';

const COMMANDS: Readonly<Record<string, (args: readonly string[]) => Promise<number>>> = { test: labTest, up: labUp, down: labDown };

const [name = '', ...args] = process.argv.slice(2);
const command = COMMANDS[name];
if (command === undefined) {
  console.error(`There is no command ${JSON.stringify(name)} of the lab: npm run lab, npm run lab:up and npm run lab:down are its commands.`);
  process.exitCode = 2;
} else {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(130));
  try {
    process.exitCode = await command(args);
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    process.exitCode = 1;
  }
}
