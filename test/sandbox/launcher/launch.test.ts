import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { launch } from '../../../sandbox/launcher/launch.ts';

/** A guard for a busy machine. */
const PATIENT = { timeout: 20_000 };
const env = { PATH: process.env['PATH'] ?? '/usr/bin:/bin', GREETING: 'hello' };
const shell = (script: string) => launch({ command: 'sh', args: ['-c', script], env });

describe('launch', () => {
  it('hands a process its input and environment, and brings what it writes and its exit code', async () => {
    const process = shell('cat; echo "$GREETING" >&2; exit 3');
    process.stdin.end('in');
    expect(await Promise.all([text(process.stdout), text(process.stderr), process.exited])).toEqual(['in', 'hello\n', 3]);
  });

  it('loses no byte of much that goes both ways', async () => {
    const sent = randomBytes(5_000_000);
    const process = shell('cat');
    process.stdin.end(sent);
    expect((await buffer(process.stdout)).equals(sent)).toBe(true);
    expect(await process.exited).toBe(0);
  });

  it('does not mind a process that ends before it has read its input', async () => {
    const process = shell('exit 0');
    process.stdin.end(randomBytes(1_000_000));
    expect(await process.exited).toBe(0);
  });

  it('says why a command could not be started', async () => {
    await expect(launch({ command: 'no-such-command', args: [], env }).exited).rejects.toThrow('spawn no-such-command ENOENT');
  });

  it('ends a process that is killed', async () => {
    const process = shell('echo $$; exec sleep 60');
    const [line] = (await once(process.stdout, 'data')) as [Buffer];
    process.kill();
    await expect(process.exited).rejects.toThrow('the process was ended');
    await expect.poll(() => isThere(Number(line.toString())), PATIENT).toBe(false);
  });

  it('ends a process that is killed and does not end by itself, as git may', async () => {
    const process = shell('trap "" TERM; echo $$; while :; do :; done');
    const [line] = (await once(process.stdout, 'data')) as [Buffer];
    process.kill();
    await expect.poll(() => isThere(Number(line.toString())), PATIENT).toBe(false);
  });

  it('leaves no process and no file behind when the one that asked for it is killed', async () => {
    const temp = mkdtempSync(join(tmpdir(), 'slipway-temp-'));
    const module = new URL('../../../sandbox/launcher/launch.ts', import.meta.url).href;
    // As git does: a process of its own that writes, also while everything is ended.
    const writes = `cd "$TMPDIR"/slipway-* && (while :; do mkdir -p written; done) & echo $!; wait`;
    const program = `const { launch } = await import('${module}'); launch({ command: 'sh', args: ['-c', ${JSON.stringify(writes)}], env: process.env }).stdout.pipe(process.stdout)`;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', program], { env: { ...process.env, TMPDIR: temp }, stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = (await once(parent.stdout, 'data')) as [Buffer];
    parent.kill('SIGKILL');
    await expect.poll(() => isThere(Number(line.toString())), PATIENT).toBe(false);
    await expect.poll(() => readdirSync(temp), PATIENT).toEqual([]);
    rmSync(temp, { recursive: true });
  });

  it('starts another launcher where the last one was killed, and says so to who waited for it', async () => {
    const waiting = shell('echo $PPID; exec sleep 60');
    const [line] = (await once(waiting.stdout, 'data')) as [Buffer];
    process.kill(Number(line.toString()), 'SIGKILL');
    await expect(waiting.exited).rejects.toThrow('the process was ended');
    await expect.poll(() => shell('exit 0').exited.catch(() => null), PATIENT).toBe(0);
  });
});

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
