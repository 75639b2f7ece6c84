import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CommanderError } from 'commander';
import { SlipwayError } from '../src/domain/errors.ts';
import { EXIT } from './exit.ts';

/** The system's temp directory: the sandbox has one of its own later, which ends with it. */
const LOG_FOLDER = tmpdir();

/** The one place that turns errors into exit codes and sentences. With DEBUG set, the stack follows. */
export function reportError(error: unknown): number {
  // Commander has said already what it did not understand.
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.succeeded : EXIT.usage;
  console.error(error instanceof SlipwayError ? error.message : unexpected(error));
  if (process.env['DEBUG']) console.error(error);
  return EXIT.failed;
}

/** A defect of ours: nothing in it helps the person at the terminal but where to find the rest. */
function unexpected(error: unknown): string {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  const log = join(LOG_FOLDER, `slipway-error-${process.pid}.log`);
  writeFileSync(log, `${process.argv.slice(2).join(' ')}\nNode ${process.version}\n${stack ?? message}\n`, { mode: 0o600 });
  return `slipway met an error that it did not expect: ${name}: ${firstLine(message)}; ${log} has the details.`;
}

function firstLine(message: string): string {
  return (message.split('\n')[0] ?? '').replace(/\.$/, '');
}
