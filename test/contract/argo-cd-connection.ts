import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import type { Connection } from './argo-cd-world.contract.ts';

/** A way to a server of loopback that a test can cut. TLS passes through it as it is. */
export type CutConnection = Connection & { readonly url: string; close(): Promise<void> };

export async function openCutConnection(serverUrl: string): Promise<CutConnection> {
  const { protocol, port } = new URL(serverUrl);
  const sockets = new Set<Socket>();
  let isOpen = true;
  const cut = () => sockets.forEach((socket) => socket.destroy());
  const server = createServer((near) => {
    if (!isOpen) return void near.destroy();
    const far = connect(Number(port), '127.0.0.1');
    for (const [socket, other] of [[near, far], [far, near]] as const) {
      sockets.add(socket);
      socket.on('error', () => other.destroy());
      socket.on('close', () => void (sockets.delete(socket), other.destroy()));
    }
    near.pipe(far).pipe(near);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The connection listens on no port.');
  return {
    url: `${protocol}//127.0.0.1:${address.port}`,
    interrupt() {
      isOpen = false;
      cut();
    },
    mend: () => void (isOpen = true),
    async close() {
      cut();
      await once(server.close(), 'close');
    },
  };
}
