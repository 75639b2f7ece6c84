import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type ContainerProcess, createProcessRuntime, type ProcessRuntime } from '../../../sandbox/kubernetes/kubelet/process-runtime.ts';

/** Says where it listens, as service/ does, and what it was given; ends politely unless it is told not to. */
const MAIN = `
import { createServer } from 'node:http';
const { HOST, PORT, DEAF, CODE, ...others } = process.env;
process.on('SIGTERM', () => { if (!DEAF) process.exit(Number(CODE ?? 0)); });
console.error('a line that is no JSON');
const server = createServer((_, response) => response.end(JSON.stringify(others)));
server.listen(PORT, HOST, () => console.log(JSON.stringify({ message: 'listening', port: server.address().port })));
`;

let folder: string;
let runtime: ProcessRuntime;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-runtime-'));
  writeFileSync(join(folder, 'main.mjs'), MAIN);
  runtime = createProcessRuntime({ folder, main: 'main.mjs' });
});
afterEach(() => runtime.stop());
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function started(environment: Record<string, string> = {}): Promise<{ readonly process: ContainerProcess; readonly url: string }> {
  const { promise: listening, resolve } = Promise.withResolvers<string>();
  const process = runtime.start(environment, resolve);
  return { process, url: `http://${await listening}` };
}

const isRefused = expect.objectContaining({ cause: expect.objectContaining({ code: 'ECONNREFUSED' }) as unknown }) as unknown;

describe('a container as a process', () => {
  it('has the environment that it is given and what its image would set, listens on loopback, and is heard', async () => {
    const { process, url } = await started({ MODEL_NAME: 'iris', PORT: '8080', HOST: '0.0.0.0', NODE_ENV: 'test' });
    const compiled = expect.stringContaining(folder) as string;
    expect(await (await fetch(url)).json()).toEqual({ MODEL_NAME: 'iris', NODE_ENV: 'production', NODE_COMPILE_CACHE: compiled });
    expect(process.address()).toBe(url.replace('http://', ''));
    expect(process.log().toSorted()).toEqual(['a line that is no JSON', expect.stringContaining('listening')]);
  });

  it.each<[how: string, environment: Record<string, string>, signal: 'SIGTERM' | 'SIGKILL', exitCode: number]>([
    ['by itself', { CODE: '3' }, 'SIGTERM', 3],
    ['by the signal', {}, 'SIGKILL', 137],
  ])('ends %s, with an exit code as a container has it', async (_how, environment, signal, exitCode) => {
    const { process } = await started(environment);
    process.signal(signal);
    expect(await process.ended).toBe(exitCode);
  });

  it('ends with all others when the runtime is stopped, also where it is deaf', async () => {
    const both = [await started({ DEAF: 'yes' }), await started()];
    await runtime.stop();
    for (const { url } of both) await expect(fetch(url)).rejects.toEqual(isRefused);
  });

  it.each(['SIGKILL', 'SIGTERM'] as const)('ends when the sandbox ends by %s', async (signal) => {
    const script = `
      import { createProcessRuntime } from ${JSON.stringify(new URL('../../../sandbox/kubernetes/kubelet/process-runtime.ts', import.meta.url).href)};
      process.on('SIGTERM', () => process.exit(130));
      createProcessRuntime({ folder: ${JSON.stringify(folder)}, main: 'main.mjs' }).start({}, (address) => console.log(address));
    `;
    const sandbox = spawn(process.execPath, ['--input-type=module', '--eval', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [address] = (await once(createInterface(sandbox.stdout), 'line')) as [string];
    expect((await fetch(`http://${address}`)).status).toBe(200);
    sandbox.kill(signal);
    await expect.poll(async () => fetch(`http://${address}`).then(() => 'it answers', (error: unknown) => error), { timeout: 30_000 }).toEqual(isRefused);
  });
});
