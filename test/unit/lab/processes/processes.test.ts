import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../../../../lab/processes/free-port.ts';
import { isAlive, kernelProcess } from '../../../../lab/processes/kernel-process.ts';
import { readRecord, writeRecord } from '../../../../lab/processes/process-record.ts';
import { endAll, openProcess, type ProcessSpec, startProcess } from '../../../../lab/processes/processes.ts';
import { untilReady } from '../../../../lab/processes/until-ready.ts';

let place: string;

beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'lab-test-'));
});
afterEach(async () => {
  await endAll(place);
  rmSync(place, { recursive: true });
});

/** A Node process that runs these statements. */
function nodeProcess(name: string, statements: string, more: Partial<ProcessSpec> = {}): ProcessSpec {
  return { name, command: process.execPath, args: ['--input-type=module', '-e', statements], ...more };
}

const FOREVER = 'console.log("up"); setInterval(() => undefined, 1000);';

/** Its log has the word. */
function wrote(logFile: string, word: string): () => Promise<boolean> {
  return async () => readFileSync(logFile, 'utf8').includes(word);
}

describe('startProcess', () => {
  it('runs a process whose output is in its log, in a process group of its own', async () => {
    const started = await startProcess(place, nodeProcess('web', FOREVER));
    await untilReady(started, wrote(started.logFile, 'up'));
    expect(started.logFile).toBe(join(place, 'logs', 'web.log'));
    const { pid } = readRecord(place, 'web')?.running ?? { pid: 0 };
    expect(readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ')[4]).toBe(String(pid));
  });

  it('gives it no other environment than what is asked for, a PATH and a home in the lab', async () => {
    const started = await startProcess(place, nodeProcess('web', `console.log(JSON.stringify(process.env)); ${FOREVER}`, { env: { COLOUR: 'green' } }));
    await untilReady(started, wrote(started.logFile, 'up'));
    const [first = ''] = readFileSync(started.logFile, 'utf8').split('\n');
    expect(JSON.parse(first)).toEqual({ PATH: process.env['PATH'], HOME: place, GOGC: '300', GOMEMLIMIT: '1GiB', COLOUR: 'green' });
  });

  it('says which command is missing', async () => {
    await expect(startProcess(place, { name: 'web', command: join(place, 'nothing'), args: [] })).rejects.toThrow(/^Process web can't start: spawn .*nothing ENOENT; build the lab's tools again if .*nothing is missing\.$/);
  });

  it('refuses a name that runs already, and one that is no file name', async () => {
    await startProcess(place, nodeProcess('web', FOREVER));
    await expect(startProcess(place, nodeProcess('web', FOREVER))).rejects.toThrow(/^Process web of the lab runs already, as \d+; stop it first\.$/);
    await expect(startProcess(place, nodeProcess('../web', FOREVER))).rejects.toThrow('can\'t be called "../web"');
  });

  it('starts nothing in a lab that was removed', async () => {
    await expect(startProcess(join(place, 'gone'), nodeProcess('web', FOREVER))).rejects.toThrow('there is no folder');
    expect(existsSync(join(place, 'gone'))).toBe(false);
  });
});

describe('a process of the lab', () => {
  it('is stopped and started again, by whoever opens it', async () => {
    await startProcess(place, nodeProcess('web', FOREVER));
    const opened = openProcess(place, 'web');
    expect(opened.isRunning()).toBe(true);
    await opened.stop('SIGKILL');
    expect(opened.isRunning()).toBe(false);
    await opened.start();
    expect(opened.isRunning()).toBe(true);
  });

  it('takes along the processes that it started', async () => {
    const child = `(await import('node:child_process')).spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)']).pid`;
    const started = await startProcess(place, nodeProcess('web', `console.log('child', ${child}); ${FOREVER}`));
    await untilReady(started, wrote(started.logFile, 'up'));
    const [, pid] = /child (\d+)/.exec(readFileSync(started.logFile, 'utf8')) ?? [];
    const grandchild = kernelProcess(Number(pid));
    await started.stop();
    await expect.poll(() => grandchild !== null && isAlive(grandchild)).toBe(false);
  });

  it('is not opened by a name that the lab does not have', async () => {
    await startProcess(place, nodeProcess('web', FOREVER));
    expect(() => openProcess(place, 'database')).toThrow(`The lab in ${place} has no process database; it has web.`);
  });
});

describe('untilReady', () => {
  it('says in one sentence what a process that died at its start wrote last, and where the rest is', async () => {
    const started = await startProcess(place, nodeProcess('web', 'console.error("first"); console.error("listen 127.0.0.1:1: address in use"); process.exit(1);'));
    await expect(untilReady(started, async () => false)).rejects.toThrow(`Process web ended at its start: its last line is "listen 127.0.0.1:1: address in use"; see ${started.logFile}.`);
  });

  it.each([
    ['ends', 'process.exit(1)', 60_000, () => 'ended at its start'],
    ['goes on', 'setInterval(() => undefined, 1000)', 50, (port: number) => `is not ready after 0.05 s, since somebody else listens on its port ${port}`],
  ])('is not taken in by somebody else who has the port and answers there, where the process itself %s', async (_what, then, limit, said) => {
    const stranger = createServer((_, response) => response.end('ok')).listen(0, '127.0.0.1');
    await once(stranger, 'listening');
    const { port } = stranger.address() as AddressInfo;
    const server = `(await import('node:http')).createServer().on('error', (error) => { console.error(error.message); ${then}; }).listen(${port}, '127.0.0.1');`;
    const started = await startProcess(place, nodeProcess('web', server, { ports: [port] }));
    const answers = async () => (await fetch(`http://127.0.0.1:${port}`)).ok;
    await expect.poll(wrote(started.logFile, 'EADDRINUSE'), { timeout: 60_000 }).toBe(true);
    await expect(untilReady(started, answers, limit)).rejects.toThrow(`Process web ${said(port)}: its last line is "listen EADDRINUSE: address already in use 127.0.0.1:${port}"; see ${started.logFile}.`);
    stranger.close();
  });

  it('waits until the process listens on every port that is its own', async () => {
    const ports = [await freePort(), await freePort()];
    const listen = (port: number | undefined, said: string): string => `createServer().listen(${port}, '127.0.0.1', () => console.log('${said}'))`;
    const server = `import { createServer } from 'node:net'; process.on('SIGUSR2', () => ${listen(ports[1], 'two')}); ${listen(ports[0], 'one')};`;
    const started = await startProcess(place, nodeProcess('web', server, { ports }));
    await expect.poll(wrote(started.logFile, 'one'), { timeout: 60_000 }).toBe(true);
    expect(started.isListening()).toBe(false);
    process.kill(readRecord(place, 'web')?.running.pid ?? 0, 'SIGUSR2');
    await untilReady(started, async () => true);
    expect(started.isListening()).toBe(true);
    await started.stop();
    expect(started.isListening()).toBe(false);
  });

  it('asks again after a check that throws, and gives up at its limit', async () => {
    const started = await startProcess(place, nodeProcess('web', 'setInterval(() => undefined, 1000);'));
    const refused = new Error('connection refused');
    const waiting = untilReady(started, () => Promise.reject(refused), 50);
    await expect(waiting).rejects.toThrow(`Process web is not ready after 0.05 s: it wrote nothing; see ${started.logFile}.`);
    await expect(waiting).rejects.toMatchObject({ cause: refused });
  });
});

describe('endAll', () => {
  it('ends every process of its lab, also one that ignores being asked', async () => {
    const deaf = await startProcess(place, nodeProcess('deaf', `process.on('SIGTERM', () => undefined); ${FOREVER}`));
    await untilReady(deaf, wrote(deaf.logFile, 'up'));
    const polite = await startProcess(place, nodeProcess('polite', FOREVER));
    await endAll(place, 200);
    expect([deaf.isRunning(), polite.isRunning()]).toEqual([false, false]);
    expect(() => openProcess(place, 'deaf')).toThrow('has no process deaf; it has none');
  });

  it('ends what others cannot end without when they have ended', async () => {
    const file = join(place, 'ends');
    const atEnd = (statements: string): string => `import { appendFileSync } from 'node:fs'; process.on('SIGTERM', () => { ${statements} }); ${FOREVER}`;
    const end = (name: string): string => `appendFileSync(${JSON.stringify(file)}, '${name} '); process.exit();`;
    const store = await startProcess(place, nodeProcess('store', atEnd(end('store')), { endsLast: true }));
    const client = await startProcess(place, nodeProcess('client', atEnd(`setTimeout(() => { ${end('client')} }, 100);`)));
    for (const each of [store, client]) await untilReady(each, wrote(each.logFile, 'up'));
    await endAll(place);
    expect(readFileSync(file, 'utf8')).toBe('client store ');
  });

  it('leaves a process alone that has got the pid of one of its own', async () => {
    const stranger = await startProcess(place, nodeProcess('stranger', FOREVER));
    const record = readRecord(place, 'stranger');
    if (record === null) throw new Error('No record was written.');
    const other = mkdtempSync(join(tmpdir(), 'lab-test-'));
    await startProcess(other, nodeProcess('short', ''));
    writeRecord(other, { ...record, spec: nodeProcess('short', ''), running: { ...record.running, startTime: '1' } });
    await endAll(other);
    rmSync(other, { recursive: true });
    expect(stranger.isRunning()).toBe(true);
  });
});
