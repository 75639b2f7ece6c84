import fs from 'node:fs';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import git from 'isomorphic-git';
import { generate } from 'selfsigned';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commitIfHead } from '../../../../sandbox/git/bare-repository.ts';
import { answerWithGit } from '../../../../sandbox/git/http-backend.ts';
import { runGit } from '../../../../sandbox/git/run-git.ts';
import { COMMIT_TIME, createHttpGitWorld, type HttpGitWorld } from '../../../support/git/git-world.ts';

const FILE = 'envs/dev/values.yaml';

describe('a commit over smart HTTP', () => {
  let world: HttpGitWorld;
  let before: string[];
  let revision: string;

  beforeAll(async () => {
    world = await createHttpGitWorld({ [FILE]: 'tag: v1\n', 'envs/dev/neighbour.yaml': 'x: 1\n', 'README.md': 'hello\n' });
    await addFile('envs/dev/run.sh', '#!/bin/sh\n', '100755');
    await addFile('envs/dev/link.yaml', 'values.yaml', '120000');
    before = await treeOf('refs/heads/main');
    const host = await world.open('writer');
    const { revision: head } = await host.read([FILE]);
    revision = await host.commit({ head, files: { [FILE]: 'tag: v2\n' }, message: 'Deploy v2\n\nSlipway-Execution: e1' });
  });
  afterAll(() => world.stop());

  async function addFile(path: string, text: string, mode: string): Promise<void> {
    await commitIfHead(world.directory, { branch: 'main', parent: await world.head(), message: `Add ${path}\n`, files: { [path]: text }, mode });
  }

  async function treeOf(name: string): Promise<string[]> {
    return (await world.git('ls-tree', '-r', '-t', name)).split('\n').filter(Boolean);
  }

  it('leaves a repository in which git finds no fault', async () => {
    expect(await world.git('fsck', '--strict', '--full', '--no-dangling')).toBe('');
  });

  it('keeps its neighbours: executables, symbolic links and all other files', async () => {
    const changed = (line: string) => /\t(envs|envs\/dev|envs\/dev\/values\.yaml)$/.test(line);
    const after = await treeOf(revision);
    expect(after.filter((line) => !changed(line))).toEqual(before.filter((line) => !changed(line)));
    expect(after.filter((line) => /^(100755|120000) /.test(line))).toHaveLength(2);
    expect(await world.git('diff', '--name-only', `${revision}^`, revision)).toBe(`${FILE}\n`);
  });

  it('has one author, the time of the clock, and its trailers', async () => {
    const shown = await world.git('log', '-1', '--format=%an <%ae>|%cn|%at|%(trailers:key=Slipway-Execution,valueonly)', revision);
    expect(shown.trim()).toBe(`Slipway <slipway@users.noreply.invalid>|Slipway|${Math.floor(Date.parse(COMMIT_TIME) / 1000)}|e1`);
  });

  it('is read by another implementation of Git', async () => {
    const [entry] = await git.log({ fs, gitdir: world.directory, ref: 'main', depth: 1 });
    const { blob } = await git.readBlob({ fs, gitdir: world.directory, oid: revision, filepath: FILE });
    expect(entry?.oid).toBe(revision);
    expect(Buffer.from(blob).toString()).toBe('tag: v2\n');
  });

  it.each([
    ['envs/dev/link.yaml', 'is a symbolic link; name a file'],
    ['../secret', 'is not a path inside a repository'],
    ['/envs/dev/values.yaml', 'is not a path inside a repository'],
    ['envs//values.yaml', 'is not a path inside a repository'],
    ['', 'is not a path inside a repository'],
  ])('does not read %j', async (path, words) => {
    const host = await world.open('writer');
    await expect(host.read([path])).rejects.toThrow(words);
  });

  it('refuses a submodule', async () => {
    await runGit(world.directory, ['fast-import', '--quiet'], `commit refs/heads/main\ncommitter A <a@b> 0 +0000\ndata 1\nx\nfrom refs/heads/main^0\nM 160000 ${revision} module\n`);
    await expect((await world.open('writer')).read(['module'])).rejects.toThrow('is a submodule; name a file');
  });

  it.each([
    [{ url: 'https://user:secret@git.example.com/config.git' }, 'The URL of the Git repository on git.example.com holds credentials'],
    [{ url: 'http://git.example.com/config.git' }, 'plain http is allowed to loopback addresses only'],
    [{ url: 'not a url' }, 'no valid URL'],
    [{ credentials: 'slipway/not-json' }, 'Secret slipway/not-json does not hold Git credentials; write it as {"username": "…", "password": "…"}'],
    [{ credentials: 'slipway/missing' }, 'slipway/missing'],
  ])('refuses the entry %j', async (overrides, words) => {
    await expect(world.open('writer', overrides)).rejects.toThrow(words);
  });

  it('says that a repository is missing', async () => {
    const host = await world.open('writer', { url: world.repository.url.replace('config', 'nowhere') });
    await expect(host.read([FILE])).rejects.toMatchObject({ name: 'NotFoundError' });
  });

  it('says that a server is not there', async () => {
    const host = await world.open('writer', { url: 'http://127.0.0.1:1/config.git' });
    await expect(host.read([FILE])).rejects.toMatchObject({ name: 'UnavailableError' });
  });
});

describe('a Git server with a certificate of its own', () => {
  let world: HttpGitWorld;
  let server: https.Server;
  let caBundle: string;
  let url: string;

  beforeAll(async () => {
    world = await createHttpGitWorld({ [FILE]: 'tag: v1\n' });
    const names = [{ type: 7, ip: '127.0.0.1' }] as const;
    const certificate = await generate([{ name: 'commonName', value: 'Slipway test' }], { keyType: 'ec', extensions: [{ name: 'subjectAltName', altNames: [...names] }] });
    caBundle = certificate.cert;
    const root = world.directory.replace(/\/config\.git$/, '');
    server = https.createServer({ key: certificate.private, cert: certificate.cert }, (request, response) => void answerWithGit(root, request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/config.git`;
  });
  afterAll(async () => {
    server.closeAllConnections();
    server.close();
    await world.stop();
  });

  it('is trusted by its caBundle, and asked everything over one connection', async () => {
    let connections = 0;
    server.on('secureConnection', () => (connections += 1));
    expect((await (await world.open('reader', { url, caBundle })).read([FILE])).files).toEqual({ [FILE]: 'tag: v1\n' });
    expect(connections).toBe(1);
  });

  it('is not trusted without it', async () => {
    await expect((await world.open('reader', { url })).read([FILE])).rejects.toMatchObject({ name: 'ConfigurationError' });
  });
});
