import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

export interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly [key: string]: unknown;
}

export interface ServiceProcess {
  readonly child: ChildProcess;
  /** The first line with this message, also when it was written already. Rejects when the process ends without it. */
  line(message: string | RegExp): Promise<LogLine>;
  /** Status and signal. */
  readonly ended: Promise<[number | null, NodeJS.Signals | null]>;
}

interface Place {
  /** The folder that holds src/. */
  readonly folder?: string;
  readonly uid?: number;
  readonly gid?: number;
}

const CHECKOUT = fileURLToPath(new URL('../../', import.meta.url));

/** The service as its image runs it, on a free port of loopback; it ends with the test at the latest. */
export function startProcess(environment: Record<string, string> = {}, { folder = CHECKOUT, ...user }: Place = {}): ServiceProcess {
  const env = { PORT: '0', HOST: '127.0.0.1', ...environment };
  const child = spawn(process.execPath, ['src/main.ts'], { cwd: folder, env, stdio: ['ignore', 'pipe', 'inherit'], ...user });
  onTestFinished(() => void child.kill('SIGKILL'));
  const ended = once(child, 'exit') as ServiceProcess['ended'];
  const lines: LogLine[] = [];
  const log = createInterface(child.stdout);
  log.on('line', (text) => lines.push(JSON.parse(text) as LogLine));
  return {
    child,
    ended,
    async line(message) {
      const found = () => lines.find((line) => (typeof message === 'string' ? line.message === message : message.test(line.message)));
      const closed = once(log, 'close');
      for (let line = found(); ; line = found()) {
        if (line !== undefined) return line;
        const more = await Promise.race([once(log, 'line').then(() => true), closed.then(() => false)]);
        if (!more && found() === undefined) throw new Error(`The service ended without logging ${String(message)}.`);
      }
    },
  };
}

export async function urlOf(process: ServiceProcess): Promise<string> {
  const { port } = await process.line('listening');
  return `http://127.0.0.1:${String(port)}`;
}
