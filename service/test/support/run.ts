import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const execute = promisify(execFile);

export interface Ended {
  readonly status: number;
  readonly output: string;
}

export interface Surroundings {
  readonly cwd?: string;
  readonly env?: Record<string, string>;
}

/** Runs a program to its end, with nothing of this process's environment but PATH, HOME and what a company's network needs. */
export async function run(program: string, args: readonly string[], { cwd, env = {} }: Surroundings = {}): Promise<Ended> {
  try {
    const { stdout, stderr } = await execute(program, args, { ...(cwd !== undefined && { cwd }), env: { ...inherited(), ...env }, maxBuffer: 16 * 1024 * 1024 });
    return { status: 0, output: stdout + stderr };
  } catch (error) {
    const { code, stdout = '', stderr = '' } = error as { code?: unknown; stdout?: string; stderr?: string };
    if (typeof code !== 'number') throw error;
    return { status: code, output: stdout + stderr };
  }
}

/** As run, for what has to end well. */
export async function runWell(program: string, args: readonly string[], surroundings: Surroundings = {}): Promise<string> {
  const { status, output } = await run(program, args, surroundings);
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}: ${output.slice(-2000)}`);
  return output;
}

export function inherited(): Record<string, string> {
  const names = Object.keys(process.env).filter((name) => /^(PATH|HOME|XDG_CACHE_HOME|.*_proxy|PIP_.*|SSL_CERT_.*|REQUESTS_CA_BUNDLE|GO(PROXY|NOSUMDB|SUMDB|FLAGS|MODCACHE|CACHE))$/i.test(name));
  return Object.fromEntries(names.map((name) => [name, process.env[name] ?? '']));
}
