import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let service: ChildProcess;
let url: string;

beforeEach(async () => {
  service = spawn(process.execPath, [fileURLToPath(new URL('../../service/server.ts', import.meta.url))], { env: { PORT: '0', VERSION: '1.2.3' }, stdio: ['ignore', 'pipe', 'inherit'] });
  if (service.stdout === null) throw new Error('The service has no output.');
  const [line] = (await once(createInterface(service.stdout), 'line')) as [string];
  url = `http://127.0.0.1:${(JSON.parse(line) as { port: number }).port}`;
});

afterEach(() => service.kill('SIGKILL'));

describe('the sample service', () => {
  it.each([
    ['/health', 200, 'ok\n'],
    ['/ready', 200, 'ready\n'],
    ['/version', 200, '{"version":"1.2.3"}\n'],
    ['/nosuch', 404, 'not found\n'],
  ])('answers %s with %i', async (path, status, text) => {
    const response = await fetch(url + path);
    expect([response.status, await response.text()]).toEqual([status, text]);
  });

  it('ends well when Kubernetes asks it to', async () => {
    service.kill('SIGTERM');
    expect(await once(service, 'exit')).toEqual([0, null]);
  });
});
