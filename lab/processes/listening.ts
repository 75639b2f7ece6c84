import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** State of a socket that listens, in proc(5)'s tables. */
const LISTENING = '0A';

/** Who listens on a port, seen from one process: that somebody answers there says nothing of who does. */
export function listenerOn(port: number, pid: number): 'itself' | 'somebody else' | 'nobody' {
  const listeners = listenersOf(port);
  if (listeners.size === 0) return 'nobody';
  return socketsOf(pid).some((inode) => listeners.has(inode)) ? 'itself' : 'somebody else';
}

/** Inodes of the sockets that listen on a port, on whichever address. */
function listenersOf(port: number): ReadonlySet<string> {
  const hexadecimal = port.toString(16).toUpperCase().padStart(4, '0');
  const inodes = ['/proc/net/tcp', '/proc/net/tcp6'].filter(existsSync).flatMap((table) =>
    readFileSync(table, 'utf8')
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter(([, local = '', , state]) => state === LISTENING && local.endsWith(`:${hexadecimal}`))
      .map((fields) => fields[9] ?? ''),
  );
  return new Set(inodes);
}

function socketsOf(pid: number): readonly string[] {
  const folder = `/proc/${pid}/fd`;
  return namesIn(folder).flatMap((name) => /^socket:\[(\d+)\]$/.exec(linkAt(`${folder}/${name}`))?.[1] ?? []);
}

/** None once the process has ended. */
function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Files are closed at any time. */
function linkAt(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
