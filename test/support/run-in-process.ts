import { format } from 'node:util';
import { vi } from 'vitest';
import { program } from '../../cli/program.ts';
import { reportError } from '../../cli/report-error.ts';
import { commandEnvironment, type Ran } from './run-slipway.ts';

let running: Promise<unknown> = Promise.resolve();

/**
 * Runs a command as cli/main.ts does, without a process of its own, which costs a second. Commands run one after another: each finds its
 * stack through the environment, speaks on the console and leaves its exit code, and a process has one of each.
 */
export function runInProcess(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Ran> {
  const ran = running.then(() => run(args, env));
  running = ran.catch(() => undefined);
  return ran;
}

async function run(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Ran> {
  const said = { stdout: '', stderr: '' };
  const { exitCode } = process;
  const environment = process.env;
  const deaf = [listen(process.stdout, 'log', (text) => (said.stdout += text)), listen(process.stderr, 'error', (text) => (said.stderr += text))];
  process.env = commandEnvironment(env);
  process.exitCode = undefined;
  try {
    await program().parseAsync([...args], { from: 'user' });
  } catch (error) {
    process.exitCode = reportError(error);
  } finally {
    for (const stop of deaf) stop();
    process.env = environment;
  }
  const code = Number(process.exitCode ?? 0);
  process.exitCode = exitCode;
  return { code, ...said };
}

/** What goes to a stream, by the console or directly, is told instead. Returns what ends this. */
function listen(stream: NodeJS.WriteStream, method: 'log' | 'error', told: (text: string) => void): () => void {
  const said = vi.spyOn(console, method).mockImplementation((...words: unknown[]) => told(`${format(...words)}\n`));
  const written = vi.spyOn(stream, 'write').mockImplementation((text) => {
    told(String(text));
    return true;
  });
  return () => {
    said.mockRestore();
    written.mockRestore();
  };
}
