import { createServer, type Server } from 'node:http';
import { closeServer, listenOnLoopback } from '../../../sandbox/loopback.ts';
import type { ContainerProcess, ProcessRuntime } from '../../../sandbox/kubernetes/kubelet/process-runtime.ts';

/** A process that a test plays: an HTTP server of this one. */
export type FakeProcess = {
  readonly environment: Readonly<Record<string, string>>;
  /** What it was told. */
  readonly signals: readonly string[];
  /** Paths that were asked for. */
  readonly asked: readonly string[];
  /** From now on it answers every path but these with 200. */
  fail(...paths: readonly string[]): void;
  say(line: string): void;
  end(exitCode: number): void;
};

export type FakeProcesses = { readonly runtime: ProcessRuntime; readonly started: readonly FakeProcess[] };

/** Runs containers as servers that answer 200 until they are told otherwise; SIGKILL ends one, SIGTERM is noted. */
export function fakeProcesses(obstacle: ProcessRuntime['obstacle'] = () => null): FakeProcesses {
  const started: FakeProcess[] = [];
  const servers: Server[] = [];
  return {
    started,
    runtime: {
      obstacle,
      start(environment, listening) {
        const { process, fake, server } = fakeProcess(environment, listening);
        started.push(fake);
        servers.push(server);
        return process;
      },
      stop: async () => void (await Promise.all(servers.filter(({ listening }) => listening).map(closeServer))),
    },
  };
}

function fakeProcess(environment: Readonly<Record<string, string>>, listening: (address: string) => void): { readonly process: ContainerProcess; readonly fake: FakeProcess; readonly server: Server } {
  const { promise: ended, resolve } = Promise.withResolvers<number>();
  const [signals, lines, asked]: [string[], string[], string[]] = [[], [], []];
  let failing: readonly string[] = [];
  let address: string | null = null;
  const server = createServer(({ url = '' }, response) => {
    asked.push(url);
    response.writeHead(failing.includes(url) ? 503 : 200).end(`${environment['NAME'] ?? ''} ${url}`);
  });
  void listenOnLoopback(server).then((one) => listening((address = one)));
  const end = (exitCode: number): void => {
    server.close();
    server.closeAllConnections();
    resolve(exitCode);
  };
  return {
    server,
    process: {
      address: () => address,
      log: () => lines,
      ended,
      signal(name) {
        signals.push(name);
        if (name === 'SIGKILL') end(137);
      },
    },
    fake: { environment, signals, asked, fail: (...paths) => void (failing = paths), say: (line) => void lines.push(line), end },
  };
}
