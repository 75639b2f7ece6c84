import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { goEnvironment, isNewEnough, run } from '../../../../lab/build/go.ts';
import { requireLinux } from '../../../../lab/build/requirements.ts';
import { aFolder } from './fake-go.ts';

describe('goEnvironment', () => {
  it.each([
    ['https://proxy.golang.org,direct', 'https://proxy.golang.org'],
    ['https://one.example|https://two.example|direct', 'https://one.example|https://two.example'],
    ['direct,https://one.example', 'https://one.example'],
    ['direct', 'https://proxy.golang.org'],
    ['', 'https://proxy.golang.org'],
    ['off', 'off'],
  ])('takes direct out of %o', (proxies, expected) => {
    expect(goEnvironment({}, { version: 'go1.26.0', proxies }, false)['GOPROXY']).toBe(expected);
  });
});

describe('isNewEnough', () => {
  it.each([
    ['go1.26.3', '1.26.3', true],
    ['go1.26', '1.26.0', true],
    ['go1.27', '1.26.3', true],
    ['go2.0', '1.26.3', true],
    ['go1.26.2', '1.26.3', false],
    ['go1.9.7', '1.26.0', false],
  ])('%s for %s: %s', (version, required, expected) => {
    expect(isNewEnough(version, required)).toBe(expected);
  });
});

describe('run', () => {
  const node = (program: string, log?: string) => run(process.execPath, ['-e', program], { env: {}, ...(log === undefined ? {} : { log }) });

  it('answers the output, and adds all that was written to the log', async () => {
    const log = join(await aFolder(), 'log');
    await node('console.error("one")', log);
    expect(await node('console.log("two")', log)).toBe('two\n');
    expect(await readFile(log, 'utf8')).toBe('one\ntwo\n');
  });

  it('throws the last line, or how the command ended where it said nothing', async () => {
    await expect(node('console.error("first\\n  last  \\n"); process.exit(1)')).rejects.toThrow(/^last$/);
    await expect(node('process.exit(3)')).rejects.toThrow('exit code 3');
    await expect(node('process.kill(process.pid, "SIGKILL")')).rejects.toThrow('ended by SIGKILL');
  });
});

describe('requireLinux', () => {
  it('names another machine', () => {
    expect(() => requireLinux('darwin', 'arm64')).toThrow('The lab runs on Linux x86-64, and this is darwin arm64: use such a machine.');
    expect(() => requireLinux('linux', 'x64')).not.toThrow();
  });
});
