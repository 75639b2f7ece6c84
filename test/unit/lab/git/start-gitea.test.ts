import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Tools } from '../../../../lab/build/build-tools.ts';
import { GITEA_PROCESS, startGitea } from '../../../../lab/git/start-gitea.ts';
import { endAll, openProcess } from '../../../../lab/processes/processes.ts';

const TOKEN = 'f'.repeat(40);

let folder: string;
let place: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lab-fake-'));
  place = join(folder, 'place');
  await mkdir(place);
});
afterEach(async () => {
  await endAll(place);
  await rm(folder, { recursive: true });
});

/** A program that behaves as Gitea does at its start; `lost` times somebody else has its port. */
async function fakeGitea({ lost = 0, says = `Access token was successfully created... ${TOKEN}` } = {}): Promise<Tools> {
  const program = `#!${process.execPath}
const { appendFileSync, readFileSync } = require('node:fs');
const args = process.argv.slice(2);
const port = /^HTTP_PORT = (\\d+)$/m.exec(readFileSync(args[args.indexOf('--config') + 1], 'utf8'))[1];
if (args.includes('admin')) return console.log(${JSON.stringify(says)});
appendFileSync(${JSON.stringify(join(folder, 'starts'))}, 'x');
if (readFileSync(${JSON.stringify(join(folder, 'starts'))}, 'utf8').length <= ${lost}) {
  console.log('Failed to start server: listen tcp 127.0.0.1:' + port + ': bind: address already in use');
  setInterval(() => undefined, 1000);
} else require('node:http').createServer((_, response) => response.end('{}')).listen(Number(port), '127.0.0.1');
`;
  await mkdir(join(folder, 'bin'));
  await writeFile(join(folder, 'bin', 'gitea'), program);
  await chmod(join(folder, 'bin', 'gitea'), 0o755);
  return { kube: '', argocd: '', helm: '', gitea: folder, rollouts: '', 'eks-authenticator': '', redis: '', 'image-updater': '' };
}

describe('startGitea', () => {
  it('answers where it is and the token of its administrator', async () => {
    const told: string[] = [];
    const gitea = await startGitea({ place, tools: await fakeGitea(), tell: (text) => told.push(text) });
    expect(gitea).toEqual({ place, url: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/) as string, username: 'lab', token: TOKEN });
    expect(told).toEqual([expect.stringContaining(gitea.url)]);
  });

  it('tries another port when somebody else has taken the one it chose', async () => {
    const gitea = await startGitea({ place, tools: await fakeGitea({ lost: 2 }), tell: () => undefined });
    expect((await fetch(gitea.url)).status).toBe(200);
    expect(await readFile(join(folder, 'starts'), 'utf8')).toBe('xxx');
  });

  it('says in one sentence when every port was taken, and leaves nothing running', async () => {
    await expect(startGitea({ place, tools: await fakeGitea({ lost: 9 }), tell: () => undefined })).rejects.toThrow(/^Gitea found its port taken 3 times; see .*gitea\.log, and end what listens there\.$/);
    expect(openProcess(place, GITEA_PROCESS).isRunning()).toBe(false);
  });

  it('says when no token is named', async () => {
    await expect(startGitea({ place, tools: await fakeGitea({ says: 'created' }), tell: () => undefined })).rejects.toThrow('named no access token');
  });

  it('gives every installation secrets of its own, in a file that nobody else reads', async () => {
    const tools = await fakeGitea();
    await startGitea({ place, tools, tell: () => undefined });
    await mkdir(join(folder, 'other'));
    await startGitea({ place: join(folder, 'other'), tools, tell: () => undefined });
    await endAll(join(folder, 'other'));
    const secrets = await Promise.all([place, join(folder, 'other')].map(async (one) => [...(await readFile(join(one, 'gitea', 'app.ini'), 'utf8')).matchAll(/^(SECRET_KEY|INTERNAL_TOKEN|JWT_SECRET) = (.+)$/gm)].map(([, , secret]) => secret)));
    expect(new Set(secrets.flat()).size).toBe(6);
    expect((await stat(join(place, 'gitea', 'app.ini'))).mode & 0o777).toBe(0o600);
    expect((await readdir(join(place, 'gitea'))).sort()).toEqual(['app.ini', 'data', 'tmp']);
  });
});
