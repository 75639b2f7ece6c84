import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';

export type Environment = Readonly<Record<string, string | undefined>>;

/** The Go on the PATH: its version as `go1.26.3`, and the module proxies that its user has chosen. */
export type Go = { readonly version: string; readonly proxies: string };

/** Null when there is none, or none that answers. */
export async function findGo(env: Environment): Promise<Go | null> {
  const ran = await run('go', ['env', '-json', 'GOVERSION', 'GOPROXY'], { env: { ...env, GOTOOLCHAIN: 'local' } }).catch(() => null);
  if (ran === null) return null;
  const { GOVERSION = '', GOPROXY = '' } = JSON.parse(ran) as Record<string, string>;
  const version = /go\d+\.\d+(\.\d+)?/.exec(GOVERSION)?.[0];
  return version === undefined ? null : { version, proxies: GOPROXY };
}

/** Whether a Go version, `go1.26.3`, is at least the one that a go.mod asks for, `1.26.0`. */
export function isNewEnough(version: string, required: string): boolean {
  const [have, want] = [version, required].map((text) => text.replace(/^go/, '').split('.').map(Number)) as [number[], number[]];
  const at = [0, 1, 2].find((index) => (have[index] ?? 0) !== (want[index] ?? 0));
  return at === undefined || (have[at] ?? 0) > (want[at] ?? 0);
}

/**
 * What a build's result may depend on is fixed. Modules come from proxies only: `direct` would fetch what a proxy lacks from hosts of
 * source code, whatever they serve now.
 */
export function goEnvironment(env: Environment, go: Go, cgo: boolean): Environment {
  const proxies = go.proxies.replace(/(^|[,|])direct(?=[,|]|$)/g, '').replace(/^[,|]/, '');
  return {
    ...env,
    GOPROXY: proxies || 'https://proxy.golang.org',
    GOFLAGS: '-buildvcs=false',
    GOTOOLCHAIN: 'local',
    GOWORK: 'off',
    GOOS: 'linux',
    GOARCH: 'amd64',
    GOAMD64: 'v1',
    CGO_ENABLED: cgo ? '1' : '0',
  };
}

export type RunOptions = {
  readonly env: Environment;
  readonly folder?: string;
  /** File to which everything is added that the command writes, instead of only to the error. */
  readonly log?: string;
};

/**
 * Runs a command to its end and answers its standard output. It does not outlive this process.
 * @throws Error with the last line that it wrote
 */
export async function run(command: string, args: readonly string[], { env, folder, log }: RunOptions): Promise<string> {
  const child = spawn(command, args, { env: { ...env }, cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  const end = (): void => void child.kill('SIGINT');
  process.once('exit', end);
  const file = log === undefined ? null : createWriteStream(log, { flags: 'a' });
  const written = { output: '', everything: '' };
  child.stdout.on('data', (chunk: Buffer) => (written.output += chunk.toString()));
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      written.everything = (written.everything + chunk.toString()).slice(-20_000);
      file?.write(chunk);
    });
  }
  try {
    const reason = await new Promise<string | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code, signal) => resolve(code === 0 ? null : signal === null ? `exit code ${code}` : `ended by ${signal}`));
    });
    if (reason !== null) throw new Error(lastLine(written.everything) ?? `${command} ${args[0] ?? ''}: ${reason}`);
    return written.output;
  } finally {
    process.off('exit', end);
    if (file !== null) await finished(file.end());
  }
}

function lastLine(text: string): string | undefined {
  return text.split('\n').map((line) => line.trim()).filter(Boolean).at(-1);
}
