import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, Socket } from 'node:net';
import { join } from 'node:path';
import { PassThrough, type Readable, type Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { type Ended, frame, frameReader } from './frames.ts';
import { ownFolder } from './own-folder.ts';

const ENDED = 'the process was ended';
const MAIN = fileURLToPath(new URL('launcher.ts', import.meta.url));

/** What to start; `env` is the whole environment. */
export type Command = { readonly command: string; readonly args: readonly string[]; readonly env: Readonly<Record<string, string>> };

export type Launched = {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** The exit code, null after a signal; rejects when the command can't be started or the launcher is gone. */
  readonly exited: Promise<number | null>;
  /** Ends the process, and whoever waits for it; nothing happens when it has ended. */
  kill(): void;
};

/**
 * Starts a process through a small one that is kept for it. A process of many hundred megabytes, as one that holds a world is, stands
 * still for tens of milliseconds each time it starts another: the kernel copies its page tables first.
 */
export function launch(command: Command): Launched {
  const stdin = new PassThrough();
  const [stdout, stderr] = [new PassThrough(), new PassThrough()];
  const killed = new AbortController();
  const exited = connectTo(launcher(), killed.signal).then((connection) => {
    connection.write(`${JSON.stringify(command)}\n`);
    stdin.on('data', (bytes: Buffer) => connection.write(frame('stdin', bytes)) || pauseUntilDrain(stdin, connection));
    stdin.on('end', () => connection.write(frame('stdin', Buffer.alloc(0))));
    return receive(connection, { stdout, stderr });
  });
  exited.catch(() => undefined).finally(() => [stdout, stderr].forEach((stream) => stream.end()));
  return { stdin, stdout, stderr, exited, kill: () => killed.abort() };
}

async function connectTo(socket: Promise<string>, killed: AbortSignal): Promise<Socket> {
  const connection = connect(await socket);
  killed.addEventListener('abort', () => connection.destroy());
  if (killed.aborted) throw new Error(ENDED);
  await once(connection, 'connect');
  return connection;
}

function receive(connection: Socket, streams: { readonly stdout: PassThrough; readonly stderr: PassThrough }): Promise<number | null> {
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  const read = frameReader();
  connection.on('data', (chunk) => {
    for (const { kind, bytes } of read(chunk)) {
      if (kind === 'end') settle(JSON.parse(bytes.toString()) as Ended);
      else if (kind !== 'stdin' && !streams[kind].write(bytes)) pauseUntilDrain(connection, streams[kind]);
    }
  });
  function settle(ended: Ended): void {
    if ('error' in ended) reject(new Error(ended.error));
    else resolve(ended.code);
    connection.destroy();
  }
  connection.on('error', () => connection.destroy());
  connection.on('close', () => reject(new Error(ENDED)));
  return promise;
}

function pauseUntilDrain(source: Readable, sink: Writable): void {
  source.pause();
  sink.once('drain', () => source.resume());
}

let running: Promise<string> | null = null;
let launchers = 0;

/** Path of the launcher's socket; starts one when there is none. It ends with this process. */
function launcher(): Promise<string> {
  running ??= startLauncher();
  return running;
}

async function startLauncher(): Promise<string> {
  const socket = join(ownFolder(), `launcher-${(launchers += 1)}`);
  // In a group of its own: a terminal's Ctrl-C is for this process, which may still need git to end well.
  const child = spawn(process.execPath, [MAIN, socket], { detached: true, stdio: ['pipe', 'pipe', 'inherit'] });
  child.on('exit', () => (running = null));
  await Promise.race([once(child.stdout, 'data'), once(child, 'exit').then(() => Promise.reject(new Error('The launcher of the sandbox ended at its start.')))]);
  child.unref();
  // Pipes are sockets to Node: they must not keep this process from ending.
  for (const stream of [child.stdin, child.stdout]) if (stream instanceof Socket) stream.unref();
  return socket;
}
