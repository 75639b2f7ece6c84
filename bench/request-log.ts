import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Interval } from './intervals.ts';
import { requestName, type ServerName } from './request-name.ts';

/** One request as the server that answered it saw it; `to` is when the answer had been sent. */
export type LoggedRequest = Interval & {
  readonly server: ServerName;
  readonly name: string;
  /** The first one on its connection, which was made for it. */
  readonly connects: boolean;
  /** Open until something happens, as a watch: it waits for the world, not for an answer. */
  readonly isWatch: boolean;
};

export type RequestLog = {
  /** What was answered since the last call, oldest first. */
  take(): readonly LoggedRequest[];
  stop(): void;
};

type Exchange = { readonly request: IncomingMessage; readonly response: ServerResponse; readonly socket: Socket; readonly server: Server };

/**
 * Logs every request to the HTTP servers of this process: what the stand-ins serve, without touching them.
 *
 * @param nameOfPort null for a server that is not of interest
 */
export function startRequestLog(nameOfPort: (port: number) => ServerName | null): RequestLog {
  const seen = new WeakSet<Socket>();
  let answered: LoggedRequest[] = [];

  function onStart(message: unknown): void {
    const { request, response, socket, server } = message as Exchange;
    const name = nameOfPort(portOf(server));
    if (name === null) return;
    const from = now();
    const connects = !seen.has(socket);
    seen.add(socket);
    response.once('close', () => answered.push({ from, to: now(), server: name, connects, ...requestName(name, request) }));
  }

  subscribe('http.server.request.start', onStart);
  return {
    take() {
      const taken = answered;
      answered = [];
      return taken.toSorted((a, b) => a.from - b.from);
    },
    stop: () => void unsubscribe('http.server.request.start', onStart),
  };
}

/** Epoch milliseconds, with fractions. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}

function portOf(server: Server): number {
  const address = server.address();
  return address === null || typeof address === 'string' ? 0 : address.port;
}
