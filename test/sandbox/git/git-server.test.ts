import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createBareRepository, type BareRepository } from '../../../sandbox/git/bare-repository.ts';
import { gitEnvironment } from '../../../sandbox/git/run-git.ts';
import { startGitServer, type GitServer } from '../../../sandbox/git/start-git-server.ts';

const run = promisify(execFile);
const writer = { username: 'slipway', password: randomUUID(), access: 'write' } as const;
const reader = { username: 'reader', password: randomUUID(), access: 'read' } as const;
const valuesFile = 'envs/dev/values.yaml';

let root: string;
let repository: BareRepository;
let server: GitServer;
let beforePush: () => Promise<void>;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'slipway-git-'));
  repository = await createBareRepository(join(root, 'config.git'), { [valuesFile]: 'tag: "1"\n', 'README.md': 'Größe\r\n' });
  beforePush = async () => undefined;
  server = await startGitServer({ root, credentials: [writer, reader], beforePush: () => beforePush() });
});

afterEach(async () => {
  await server.stop();
  await rm(root, { recursive: true });
});

describe('the Git server of the sandbox', () => {
  it('lets a writer clone, commit and push with the ordinary git', async () => {
    const clone = await cloneAs(writer);
    await writeFile(join(clone, valuesFile), 'tag: "2"\n');
    await git(clone, 'commit', '--quiet', '-am', 'Deploy 2');
    await git(clone, 'push', '--quiet');
    expect(await repository.readFiles('main', [valuesFile])).toEqual({ [valuesFile]: 'tag: "2"\n' });
    expect((await repository.log()).map(({ message }) => message)).toEqual(['Deploy 2', 'Initial configuration']);
  });

  it('answers 401 with a realm without credentials, and with a wrong password', async () => {
    for (const authorization of [{}, basic({ ...writer, password: 'wrong' })]) {
      const response = await fetch(discovery('git-upload-pack'), { headers: authorization });
      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toBe('Basic realm="Slipway sandbox"');
    }
  });

  it.runIf(process.platform === 'linux')('ends its program where a push is cut off', async () => {
    const headers = { ...basic(writer), 'content-type': 'application/x-git-receive-pack-request', 'content-length': 1000 };
    const push = request(`${server.repositoryUrl('config')}/git-receive-pack`, { method: 'POST', headers });
    push.on('error', () => undefined);
    push.write('0000');
    while ((await programsOf(root)).length === 0) await delay(5);
    push.destroy();
    while ((await programsOf(root)).length > 0) await delay(5);
  });

  it('lets a reader fetch and answers 403 to its push', async () => {
    const clone = await cloneAs(reader);
    expect(await readFile(join(clone, valuesFile), 'utf8')).toBe('tag: "1"\n');
    await git(clone, 'commit', '--quiet', '--allow-empty', '-m', 'Refused');
    await expect(git(clone, 'push')).rejects.toThrow(/403/);
    expect(await repository.log()).toHaveLength(1);
  });

  it('answers 404 for a repository that is not there', async () => {
    const response = await fetch(`${server.url}/nosuch.git/info/refs?service=git-upload-pack`, { headers: basic(writer) });
    expect(response.status).toBe(404);
  });

  it('speaks protocol version 2 and understands a gzip request', async () => {
    const lsRefs = gzipSync('0014command=ls-refs\n0001001bref-prefix refs/heads/\n0000');
    const response = await fetch(`${server.repositoryUrl('config')}/git-upload-pack`, {
      method: 'POST',
      headers: { ...basic(reader), 'git-protocol': 'version=2', 'content-type': 'application/x-git-upload-pack-request', 'content-encoding': 'gzip' },
      body: lsRefs,
    });
    expect(await response.text()).toContain(`${await repository.resolve('main')} refs/heads/main`);
  });

  it.each([true, false])('advertises filters only where partial reads are on: %s', async (partialReads) => {
    await createBareRepository(join(root, 'other.git'), { file: '' }, { partialReads });
    const response = await fetch(`${server.repositoryUrl('other')}/info/refs?service=git-upload-pack`, { headers: { ...basic(reader), 'git-protocol': 'version=2' } });
    expect(/fetch=.*filter/.test(await response.text())).toBe(partialReads);
  });

  it('makes a push lose the race against a commit that lands before it', async () => {
    const clone = await cloneAs(writer);
    await git(clone, 'commit', '--quiet', '--allow-empty', '-m', 'Too late');
    beforePush = async () => void (await repository.commit({ message: 'Other', files: { other: 'x' } }));
    await expect(git(clone, 'push')).rejects.toThrow(/failed to update ref|cannot lock ref/);
    expect((await repository.log()).map(({ message }) => message)).toEqual(['Other', 'Initial configuration']);
  });
});

describe('a bare repository of the sandbox', () => {
  it('keeps bytes, lists a folder and leaves missing files out', async () => {
    expect(await repository.readFiles('main', ['README.md', 'nosuch', valuesFile])).toEqual({ 'README.md': 'Größe\r\n', [valuesFile]: 'tag: "1"\n' });
    expect(await repository.listFiles('main', 'envs')).toEqual([valuesFile]);
    expect(await repository.listFiles('main')).toEqual(['README.md', valuesFile]);
  });

  it('keeps the commits of several people who commit at once', async () => {
    const people = ['a', 'b', 'c', 'd'];
    await Promise.all(people.map((name) => repository.commit({ message: name, files: { [name]: name } })));
    expect(await repository.readFiles('main', people)).toEqual({ a: 'a', b: 'b', c: 'c', d: 'd' });
    expect(await repository.log()).toHaveLength(5);
  });

  it('deletes a file, and starts a branch of its own for a new name', async () => {
    await repository.commit({ message: 'Delete', files: { 'README.md': null } });
    expect(await repository.listFiles('main')).toEqual([valuesFile]);
    const head = await repository.commit({ branch: 'next', message: 'Next', files: { a: 'b' } });
    expect(await repository.resolve('next')).toBe(head);
    expect(await repository.resolve('nosuch')).toBeNull();
  });
});

function basic({ username, password }: { username: string; password: string }): Record<string, string> {
  return { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` };
}

function discovery(service: string): string {
  return `${server.repositoryUrl('config')}/info/refs?service=${service}`;
}

async function cloneAs({ username, password }: { username: string; password: string }): Promise<string> {
  const clone = join(root, `clone-${randomUUID()}`);
  const url = new URL(server.repositoryUrl('config'));
  Object.assign(url, { username, password });
  await git(root, 'clone', '--quiet', url.href, clone);
  return clone;
}

async function git(directory: string, ...args: string[]): Promise<void> {
  await run('git', args, { cwd: directory, env: { ...gitEnvironment, GIT_TERMINAL_PROMPT: '0' } });
}

/** Processes that serve repositories of that folder. */
async function programsOf(folder: string): Promise<string[]> {
  const processes = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const environments = await Promise.all(processes.map((pid) => readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '')));
  return environments.filter((environment) => environment.includes(`GIT_PROJECT_ROOT=${folder}\0`));
}
