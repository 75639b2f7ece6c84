import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { LabProcess } from './processes.ts';

const LOOK_EVERY = 20;

/**
 * Waits until the process listens on its ports and `check` says so; a check that throws is asked again. Before it listens nobody is
 * asked: where somebody else has a port of it, that one may answer.
 *
 * @throws Error when the process ends, or is not ready within the limit (in milliseconds): the process, its last log line, the log
 */
export async function untilReady(process: LabProcess, check: () => Promise<boolean>, limitMs = 60_000): Promise<void> {
  const deadline = performance.now() + limitMs;
  let problem: unknown;
  for (;;) {
    if (!process.isRunning()) throw endedAtStart(process, problem);
    try {
      if (process.isListening() && (await check())) return;
    } catch (error) {
      problem = error;
    }
    if (performance.now() > deadline) throw notReady(process, limitMs, problem);
    await delay(LOOK_EVERY);
  }
}

/** Some go on without a listener where they find the port taken. */
function notReady(process: LabProcess, limitMs: number, cause: unknown): Error {
  const [port] = process.takenPorts();
  const taken = port === undefined ? '' : `, since somebody else listens on its port ${port}`;
  return new Error(`Process ${process.name} is not ready after ${limitMs / 1000} s${taken}${lastWords(process)}`, { cause });
}

export function endedAtStart(process: LabProcess, cause?: unknown): Error {
  return new Error(`Process ${process.name} ended at its start${lastWords(process)}`, { cause });
}

function lastWords({ logFile }: LabProcess): string {
  const line = readFileSync(logFile, 'utf8').trimEnd().split(/\r?\n/).at(-1) ?? '';
  const said = line === '' ? 'it wrote nothing' : `its last line is ${JSON.stringify(line.slice(0, 500))}`;
  return `: ${said}; see ${logFile}.`;
}
