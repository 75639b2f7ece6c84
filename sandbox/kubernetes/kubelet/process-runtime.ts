import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { z } from 'zod';

/** A container that runs as a process on this machine. */
export type ContainerProcess = {
  /** `127.0.0.1:PORT`; null until it said that it listens. */
  address(): string | null;
  /** Its last lines. */
  log(): readonly string[];
  signal(name: 'SIGTERM' | 'SIGKILL'): void;
  /** Resolves with its exit code, which for a signal is 128 and its number. */
  readonly ended: Promise<number>;
};

/** What runs containers as processes. */
export type ProcessRuntime = {
  /** Why it can run nothing now, and what to do; null when it can. */
  readonly obstacle: () => string | null;
  /** `listening` is called once it listens. */
  start(environment: Readonly<Record<string, string>>, listening: (address: string) => void): ContainerProcess;
  /** Ends all of them at once, and resolves when they have ended. */
  readonly stop: () => Promise<void>;
};

export type ProcessRuntimeOptions = {
  readonly folder: string;
  /** A script in that folder. Run by this Node, it listens on HOST and PORT, and says `{"message":"listening","port":…}`. */
  readonly main: string;
  readonly obstacle?: ProcessRuntime['obstacle'];
};

const Listening = z.object({ message: z.literal('listening'), port: z.int() });
/** What the container's image would set, and a port of loopback, since there is no network of pods. */
const OWN = { NODE_ENV: 'production', HOST: '127.0.0.1', PORT: '0' };
const LOG_LINES = 1_000;
const SIGNALS: Readonly<Record<string, number>> = { SIGTERM: 15, SIGKILL: 9 };
/** A signal does not reach whom the death of this process by SIGKILL leaves behind: the end of a channel does. */
const END_WITH_PARENT = new URL('../../../cli/end-with-parent.ts', import.meta.url).href;

export function createProcessRuntime({ folder, main, obstacle = () => null }: ProcessRuntimeOptions): ProcessRuntime {
  const running = new Set<ContainerProcess>();
  const endAll = (): void => running.forEach((one) => one.signal('SIGKILL'));
  return {
    obstacle,
    start(environment, listening) {
      if (running.size === 0) process.once('exit', endAll);
      const one = startProcess({ folder, main }, environment, listening);
      running.add(one);
      void one.ended.then(() => {
        running.delete(one);
        if (running.size === 0) process.off('exit', endAll);
      });
      return one;
    },
    async stop() {
      const ended = Promise.all([...running].map((one) => one.ended));
      endAll();
      await ended;
    },
  };
}

function startProcess({ folder, main }: ProcessRuntimeOptions, environment: Readonly<Record<string, string>>, listening: (address: string) => void): ContainerProcess {
  const child = spawn(process.execPath, ['--import', END_WITH_PARENT, main], { cwd: folder, env: { ...environment, ...OWN, NODE_COMPILE_CACHE: `${folder}/node_modules/.cache/node` }, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  const lines: string[] = [];
  let address: string | null = null;
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue;
    createInterface(stream).on('line', (line) => {
      if (lines.push(line) > LOG_LINES) lines.shift();
      const port = address === null ? listeningPort(line) : null;
      if (port === null) return;
      address = `127.0.0.1:${port}`;
      listening(address);
    });
  }
  return {
    address: () => address,
    log: () => lines,
    signal: (name) => void child.kill(name),
    ended: new Promise((resolve) => child.once('error', () => resolve(127)).once('close', (code, signal) => resolve(code ?? 128 + (SIGNALS[signal ?? ''] ?? 0)))),
  };
}

function listeningPort(line: string): number | null {
  if (!line.includes('"listening"')) return null;
  try {
    return Listening.safeParse(JSON.parse(line)).data?.port ?? null;
  } catch {
    return null;
  }
}
