import { once } from 'node:events';
import type { Server } from 'node:http';
import type { Server as TlsServer } from 'node:https';

/** Listens on a free port of loopback, the one address that the sandbox has, and returns `127.0.0.1:PORT`. */
export async function listenOnLoopback(server: Server | TlsServer): Promise<string> {
  // On a busy machine a client may be silent for longer than the five seconds after which Node would close its connection, as it uses it.
  server.keepAliveTimeout = 0;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('A server of the sandbox listens on no port.');
  return `127.0.0.1:${address.port}`;
}

/** Cuts the open connections, streams among them, and resolves when the server has closed. */
export async function closeServer(server: Server | TlsServer): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
