import { createServer } from 'node:http';
import { closeServer, listenOnLoopback } from '../../../sandbox/loopback.ts';

/** What the smoke check asks: a server that always answers 200. */
export type Workload = { readonly url: string; stop(): Promise<void> };

export async function startWorkload(): Promise<Workload> {
  const server = createServer((_request, response) => void response.end('ok\n'));
  return { url: `http://${await listenOnLoopback(server)}/`, stop: () => closeServer(server) };
}
