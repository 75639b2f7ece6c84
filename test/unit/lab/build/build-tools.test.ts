import { existsSync } from 'node:fs';
import { readdir, readFile, readlink, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildTools, commandOf, type ToolGroup } from '../../../../lab/build/build-tools.ts';
import { aMachine, type FakeMachine } from './fake-go.ts';

const ARGO_CD = 'github.com/argoproj/argo-cd/v3';
const LISTENER = 'metricsAddr := fmt.Sprintf("0.0.0.0:%d", metricsPort)';

function build({ env, cacheFolder }: FakeMachine, groups: readonly ToolGroup[], tell: (text: string) => void = () => undefined) {
  return buildTools({ groups, env, cacheFolder, tell });
}

async function withArgoCd(machine: FakeMachine, listener = LISTENER): Promise<FakeMachine> {
  await machine.moduleFile(ARGO_CD, 'controller/appcontroller.go', listener);
  for (const name of ['application', 'appproject', 'applicationset']) await machine.moduleFile(ARGO_CD, `manifests/crds/${name}-crd.yaml`, `kind: ${name}`);
  await machine.moduleFile(ARGO_CD, 'hack/git-verify-wrapper.sh', '#!/bin/sh');
  return machine;
}

describe('buildTools', () => {
  it('builds what is not there, one binary with a name per command', async () => {
    const machine = await aMachine();
    const tools = await build(machine, ['kube', 'redis']);
    expect(await readFile(commandOf(tools, 'kube-apiserver'), 'utf8')).toBe('built');
    expect(await readlink(commandOf(tools, 'kubectl'))).toBe('kube');
    expect(await machine.builds()).toHaveLength(2);
  });

  it('builds nothing and tells nothing when all is there', async () => {
    const machine = await aMachine();
    const first = await build(machine, ['redis']);
    const told: string[] = [];
    expect(await build(machine, ['redis'], (text) => told.push(text))).toEqual(first);
    expect(told).toEqual([]);
    expect(await machine.builds()).toHaveLength(1);
  });

  it('needs no Go for what is there', async () => {
    const machine = await aMachine();
    const first = await build(machine, ['redis']);
    await machine.removeCommand('go');
    expect(await build(machine, ['redis'])).toEqual(first);
  });

  it('builds again for another version of Go', async () => {
    const machine = await aMachine();
    await build(machine, ['redis']);
    const { env, cacheFolder } = machine;
    const other = await aMachine({ go: 'go1.27.0' });
    const tools = await buildTools({ groups: ['redis'], env: { ...env, PATH: other.env['PATH'] }, cacheFolder, tell: () => undefined });
    expect(tools.redis).toMatch(/-go1\.27\.0$/);
    expect(await readdir(join(cacheFolder, 'redis'))).toHaveLength(2);
  });

  it('fixes what the result may depend on, and asks proxies only', async () => {
    const machine = await aMachine();
    machine.env['GOFLAGS'] = '-mod=vendor';
    await build(machine, ['redis']);
    const [{ args, env } = { args: [], env: {} }] = await machine.builds();
    expect(args.slice(0, 3)).toEqual(['-trimpath', '-ldflags', '-s -w']);
    expect(env).toEqual({ GOPROXY: 'https://proxy.example', GOFLAGS: '-buildvcs=false', GOTOOLCHAIN: 'local', CGO_ENABLED: '0' });
  });

  it("binds Argo CD's metrics listener to loopback and keeps the files that it needs at run time", async () => {
    const machine = await withArgoCd(await aMachine());
    const { argocd } = await build(machine, ['argocd']);
    expect((await machine.builds())[0]?.changed).toEqual({ [`${ARGO_CD}/controller/appcontroller.go`]: 'metricsAddr := fmt.Sprintf("127.0.0.1:%d", metricsPort)' });
    expect((await readdir(join(argocd, 'share/crds'))).sort()).toEqual(['application-crd.yaml', 'applicationset-crd.yaml', 'appproject-crd.yaml']);
    expect((await stat(join(argocd, 'share/git-verify-wrapper.sh'))).mode & 0o777).toBe(0o755);
    expect((await readdir(argocd)).sort()).toEqual(['bin', 'build.log', 'share']);
  });

  it('refuses a module whose source is not the one that an edit was written for', async () => {
    const machine = await withArgoCd(await aMachine(), 'metricsAddr := address(metricsPort)');
    await expect(build(machine, ['argocd'])).rejects.toThrow('controller/appcontroller.go of github.com/argoproj/argo-cd/v3 has "0.0.0.0:%d" 0 times and not once');
  });

  it('tells what it builds, what comes next and how long that takes', async () => {
    const machine = await aMachine();
    const told: string[] = [];
    await build(machine, ['kube', 'redis'], (text) => told.push(text));
    expect(told).toEqual([
      "Building kube, 1 of 2: about 7 min where Go's caches are empty; next redis, all in about 8 min",
      expect.stringMatching(/^Built kube in \d+ s$/),
      "Building redis, 2 of 2: about 1 min where Go's caches are empty",
      expect.stringMatching(/^Built redis in \d+ s$/),
    ]);
  });

  it('lets two that build the same at once end with the same tools', async () => {
    const machine = await aMachine();
    const [one, other] = await Promise.all([build(machine, ['redis']), build(machine, ['redis'])]);
    expect(one).toEqual(other);
    expect(await readdir(join(machine.cacheFolder, 'redis'))).toHaveLength(1);
  });
});

describe('buildTools where something is missing', () => {
  it('names the group, the last line of the output and the log of a build that fails, and leaves nothing of it', async () => {
    const machine = await aMachine();
    const whole = await readFile(join(machine.env['PATH'] ?? '', 'go'), 'utf8');
    await machine.command('go', `${whole.slice(whole.indexOf('\n'))}\nif (command === 'build') { console.error('# redis\\nmain.go:9: undefined: serve\\n'); process.exitCode = 1; }`);
    const failure = await build(machine, ['redis']).then(String, String);
    const [, log = ''] = /^Error: The lab's tools of redis did not build: main\.go:9: undefined: serve \(log: (.+)\)$/.exec(failure) ?? [failure];
    expect(await readFile(log, 'utf8')).toContain('# redis');
    expect(await readdir(join(machine.cacheFolder, 'redis'))).toEqual([]);
  });

  it('says that Go is missing, which one, what for and where it is', async () => {
    const machine = await aMachine({ go: null });
    await expect(build(machine, ['helm', 'argocd'])).rejects.toThrow(
      'Building helm, argocd for the lab needs Go 1.26.3 or newer, and there is no go on the PATH: install it from https://go.dev/dl.',
    );
  });

  it('says that Go is too old, and which one there is', async () => {
    const machine = await aMachine({ go: 'go1.25.4' });
    await expect(build(machine, ['redis'])).rejects.toThrow('needs Go 1.26.0 or newer, and the PATH has go1.25.4: install a newer one from https://go.dev/dl.');
  });

  it('says that git is missing, also when all is built', async () => {
    const machine = await aMachine();
    await build(machine, ['redis']);
    await machine.removeCommand('git');
    await expect(build(machine, ['redis'])).rejects.toThrow('The lab needs git, and there is none on the PATH: install it, for example with apt-get install git.');
  });

  it('says that a C compiler is missing before it builds anything', async () => {
    const machine = await aMachine();
    await expect(build(machine, ['redis', 'gitea'])).rejects.toThrow('Building gitea for the lab needs a C compiler, and there is no gcc on the PATH: install it');
    expect(existsSync(machine.cacheFolder)).toBe(false);
  });
});
