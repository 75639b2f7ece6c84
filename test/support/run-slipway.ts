import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));

export type Ran = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

export type RunOptions = {
  /** On top of the environment of the tests, without their AWS settings. */
  readonly env?: Readonly<Record<string, string>>;
  /** Arguments of Node itself. */
  readonly nodeArgs?: readonly string[];
  /** Instead of cli/slipway.mjs. */
  readonly script?: string;
};

/** The environment of the tests without their AWS settings, and what is set on top of it. */
export function commandEnvironment(env: Readonly<Record<string, string>>): Record<string, string | undefined> {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(?:AWS_|DEBUG$|NODE_OPTIONS$|FORCE_COLOR$|NODE_CHANNEL)/.test(name));
  const aws = { AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null', AWS_EC2_METADATA_DISABLED: 'true' };
  return { ...Object.fromEntries(inherited), ...aws, ...env };
}

/** Starts the command line as a shell does. */
export function startSlipway(args: readonly string[], { env = {}, nodeArgs = [], script = `${PROJECT}cli/slipway.mjs` }: RunOptions = {}) {
  const child = spawn(process.execPath, [...nodeArgs, script, ...args], { env: commandEnvironment(env), stdio: ['ignore', 'pipe', 'pipe'] });
  const said = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said.stderr += text));
  const ended = new Promise<Ran>((resolve, reject) => child.once('error', reject).once('close', (code) => resolve({ code, ...said })));
  /** Resolves once standard error has said so. @throws when the process ends before */
  async function untilSaid(text: string): Promise<void> {
    if (said.stderr.includes(text)) return;
    const heard = new Promise<void>((resolve) => child.stderr.on('data', () => said.stderr.includes(text) && resolve()));
    const ran = await Promise.race([heard, ended]);
    if (ran !== undefined && !ran.stderr.includes(text)) throw new Error(`slipway ended with ${ran.code}: ${ran.stderr}`);
  }
  return { child, said, ended, untilSaid };
}

/** Runs the command line to its end. */
export function runSlipway(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  return startSlipway(args, options).ended;
}
