import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, vi } from 'vitest';
import { buildTools } from '../../../../lab/build/build-tools.ts';
import { aMachine } from './fake-go.ts';

const BUILD_TOOLS = fileURLToPath(new URL('../../../../lab/build/build-tools.ts', import.meta.url));

describe('buildTools that is interrupted', () => {
  it('ends the build with it, and the next one begins afresh', async () => {
    const machine = await aMachine();
    const [begun, ended] = ['begun', 'ended'].map((name) => join(machine.env['HOME'] ?? '', name)) as [string, string];
    const { env, cacheFolder } = machine;
    const patient = await aMachine();
    await patient.command('go', goThatWaits(begun, ended));
    const program = `
      import { buildTools } from ${JSON.stringify(BUILD_TOOLS)};
      process.on('SIGTERM', () => process.exit(143));
      await buildTools({ groups: ['redis'], env: ${JSON.stringify(patient.env)}, cacheFolder: ${JSON.stringify(cacheFolder)}, tell() {} });`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], { stdio: 'inherit' });
    await vi.waitUntil(() => existsSync(begun), { timeout: 30_000 });
    child.kill('SIGTERM');
    await once(child, 'exit');
    await vi.waitUntil(() => existsSync(ended), { timeout: 30_000 });
    const { redis } = await buildTools({ groups: ['redis'], env, cacheFolder, tell: () => undefined });
    expect(await readdir(join(cacheFolder, 'redis'))).toEqual([redis.split('/').at(-1)]);
  });
});

/** Builds until it is interrupted. */
function goThatWaits(begun: string, ended: string): string {
  return `
    const { writeFileSync } = require('node:fs');
    if (process.argv[2] === 'env') console.log('{"GOVERSION":"go1.26.8","GOPROXY":""}');
    if (process.argv[2] === 'build') {
      process.on('SIGINT', () => {
        writeFileSync(${JSON.stringify(ended)}, '');
        process.exit(1);
      });
      setInterval(() => undefined, 1000);
      writeFileSync(${JSON.stringify(begun)}, '');
    }`;
}
