import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

export type TcpRelay = {
  /** `127.0.0.1:PORT` */
  readonly address: string;
  /** Cuts every connection, and each that is opened until `resume`. */
  pause(): void;
  resume(): void;
  close(): Promise<void>;
};

/** Passes connections on to a server on loopback, so that a client can be cut off from a server that goes on. */
export async function startTcpRelay(port: number): Promise<TcpRelay> {
  const sockets = new Set<Socket>();
  let paused = false;
  const server = createServer((incoming) => {
    if (paused) {
      incoming.destroy();
      return;
    }
    const outgoing = connect(port, '127.0.0.1');
    for (const [one, other] of [[incoming, outgoing], [outgoing, incoming]] as const) {
      sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  const cut = (): void => sockets.forEach((socket) => socket.destroy());
  return {
    address: `127.0.0.1:${await listen(server)}`,
    pause() {
      paused = true;
      cut();
    },
    resume: () => void (paused = false),
    async close() {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The relay listens on no port.');
  return address.port;
}
