import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';

export type FakeMachine = {
  /** Of a user with an own cache folder, whose PATH has nothing but the commands put there. */
  readonly env: Record<string, string>;
  readonly cacheFolder: string;
  /** Puts a command on the PATH: a program in JavaScript. */
  command(name: string, program: string): Promise<void>;
  removeCommand(name: string): Promise<void>;
  /** Puts a file into the module cache that the fake go knows of. */
  moduleFile(module: string, path: string, content: string): Promise<void>;
  /** The builds that the fake go was asked for: its arguments, what it saw of its environment, and the Go sources of changed modules. */
  builds(): Promise<{ args: string[]; env: Record<string, string>; changed: Record<string, string> }[]>;
};

export async function aFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tools-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** A machine with git and, unless it is null, a Go of that version that builds nothing but writes what it was asked for. */
export async function aMachine({ go = 'go1.26.8' }: { go?: string | null } = {}): Promise<FakeMachine> {
  const home = await aFolder();
  const [bin, modules, calls] = [join(home, 'bin'), join(home, 'modules'), join(home, 'calls')];
  await mkdir(bin);
  const machine: FakeMachine = {
    env: { PATH: bin, HOME: home },
    cacheFolder: join(home, '.cache', 'slipway-lab'),
    command: (name, program) => writeFile(join(bin, name), `#!${process.execPath}\n${program}\n`, { mode: 0o755 }),
    removeCommand: (name) => rm(join(bin, name)),
    async moduleFile(module, path, content) {
      await mkdir(dirname(join(modules, module, path)), { recursive: true });
      await writeFile(join(modules, module, path), content, { mode: 0o444 });
    },
    async builds() {
      const lines = (await readFile(calls, 'utf8').catch(() => '')).split('\n').filter(Boolean);
      return lines.map((line) => JSON.parse(line) as Awaited<ReturnType<FakeMachine['builds']>>[number]);
    },
  };
  await machine.command('git', '');
  if (go !== null) await machine.command('go', goProgram({ version: go, proxies: 'https://proxy.example,direct', modules, calls }));
  return machine;
}

function goProgram(facts: { version: string; proxies: string; modules: string; calls: string }): string {
  return `
    const { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } = require('node:fs');
    const facts = ${JSON.stringify(facts)};
    const [command, ...args] = process.argv.slice(2);
    if (command === 'env') console.log(JSON.stringify({ GOVERSION: facts.version, GOPROXY: facts.proxies }));
    if (command === 'list') for (const module of args.slice(3)) console.log(module, facts.modules + '/' + module);
    if (command === 'build') {
      const { GOPROXY, GOFLAGS, GOTOOLCHAIN, CGO_ENABLED } = process.env;
      const paths = existsSync('modules') ? readdirSync('modules', { recursive: true }).filter((path) => path.endsWith('.go')) : [];
      const changed = Object.fromEntries(paths.map((path) => [path, readFileSync('modules/' + path, 'utf8')]));
      appendFileSync(facts.calls, JSON.stringify({ args, env: { GOPROXY, GOFLAGS, GOTOOLCHAIN, CGO_ENABLED }, changed }) + '\\n');
      const binary = args[args.indexOf('-o') + 1];
      mkdirSync(require('node:path').dirname(binary), { recursive: true });
      writeFileSync(binary, 'built');
    }`;
}
