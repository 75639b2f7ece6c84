/** Run by launch.ts: `launcher.ts SOCKET`. Each connection is one process: its first line is a Command in JSON, and frames follow. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { dirname } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { type Ended, frame, frameReader } from './frames.ts';
import type { Command } from './launch.ts';
import { removeFolder } from './own-folder.ts';

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

const TIME_TO_END_MS = 3_000;

const [socket = ''] = process.argv.slice(2);
createServer(readCommand).listen(socket, () => process.stdout.write('listening\n'));
// Our standard input ends when the process that started us is gone, however it ended: nothing that it had started stays.
process.stdin.resume().once('close', () => void endAll());
const children = new Set<Child>();

async function endAll(): Promise<void> {
  const ends = [...children].map((child) => once(child, 'close'));
  for (const child of children) killGroup(child);
  await Promise.allSettled(ends);
  // The folder of that process, which holds our socket. What the children wrote into it is whole only now.
  removeFolder(dirname(socket));
  process.exit();
}

/** With what it has started itself, as git does. */
function killGroup({ pid }: Child): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL');
  } catch {
    // It ended just now.
  }
}

function readCommand(connection: Socket): void {
  let head = Buffer.alloc(0);
  connection.on('error', () => connection.destroy());
  connection.on('data', function readHead(chunk) {
    head = Buffer.concat([head, chunk]);
    const lineEnd = head.indexOf('\n');
    if (lineEnd < 0) return;
    connection.off('data', readHead);
    start(JSON.parse(head.toString('utf8', 0, lineEnd)) as Command, connection, head.subarray(lineEnd + 1));
  });
}

function start({ command, args, env }: Command, connection: Socket, input: Buffer): void {
  const child = spawn(command, args, { detached: true, env: { ...env }, stdio: ['pipe', 'pipe', 'pipe'] });
  children.add(child);
  child.on('close', () => children.delete(child));
  connection.on('close', () => {
    endInTime(child);
    // What nobody reads any more must not keep it from ending.
    for (const stream of [child.stdout, child.stderr]) stream.resume();
  });
  feed(child, connection, input);
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].on('data', (bytes: Buffer) => {
      if (connection.write(frame(name, bytes))) return;
      child[name].pause();
      connection.once('drain', () => child[name].resume());
    });
  }
  child.on('error', ({ message }) => {
    children.delete(child);
    end(connection, { error: message });
  });
  child.on('close', (code) => end(connection, { code }));
}

/**
 * Asked to end, git removes its lock files. One that is asked while it sets its handler up raises the signal again for ever
 * (sigchain_push in git's sigchain.c counts the handler after it has set it), and would keep a core busy.
 */
function endInTime(child: Child): void {
  if (!children.has(child)) return;
  child.kill();
  const late = setTimeout(() => killGroup(child), TIME_TO_END_MS);
  child.once('close', () => clearTimeout(late));
}

function feed({ stdin }: Child, connection: Socket, input: Buffer): void {
  const read = frameReader();
  stdin.on('error', () => undefined); // it may end before it has read everything; its exit code says why
  stdin.on('drain', () => connection.resume());
  function take(chunk: Buffer): void {
    for (const { bytes } of read(chunk)) {
      if (bytes.length === 0) stdin.end();
      else if (!stdin.write(bytes) && stdin.writable) connection.pause();
    }
  }
  stdin.on('close', () => connection.resume());
  take(input);
  connection.on('data', take);
}

function end(connection: Socket, ended: Ended): void {
  if (!connection.writableEnded) connection.end(frame('end', Buffer.from(JSON.stringify(ended))));
}
