import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';

const LOWEST = 10_000;
/** Who was given one may take seconds until it listens there. */
const given = new Set<number>();

/**
 * A port of loopback that nothing listens on now, and that was given to nobody else here. It lies below the range from which the kernel
 * gives out ports for outgoing connections: a server that is stopped and started again would otherwise find its port taken by a client
 * that had asked for it.
 */
export async function freePort(): Promise<number> {
  const [below = 32_768] = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').split(/\s+/).map(Number);
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const port = LOWEST + Math.floor(Math.random() * (below - LOWEST));
    if (given.has(port)) continue;
    given.add(port);
    if (await canListen(port)) return port;
  }
  throw new Error(`No port of 127.0.0.1 from ${LOWEST} to ${below} is free; end what listens there.`);
}

async function canListen(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    server.close();
    await once(server, 'close');
    return true;
  } catch {
    return false;
  }
}
