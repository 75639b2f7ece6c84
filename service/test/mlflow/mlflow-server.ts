import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { inherited } from '../support/run.ts';

/** Without them the server starts a dozen processes for jobs that nobody runs here, and reports its use. */
const QUIET = { MLFLOW_SERVER_ENABLE_JOB_EXECUTION: 'false', MLFLOW_DISABLE_TELEMETRY: 'true', GIT_PYTHON_REFRESH: 'quiet' };

export interface MlflowServer {
  readonly url: string;
  /** Points an alias of a model to a version, as a person does in MLflow's pages. */
  setAlias(name: string, alias: string, version: string): Promise<void>;
  stop(): Promise<void>;
}

/** MLflow's own tracking server on loopback, with its database and its artifacts in a folder that goes with it. */
export async function startMlflowServer(programs: string): Promise<MlflowServer> {
  const folder = await mkdtemp(join(tmpdir(), 'mlflow-'));
  const port = await freePort();
  const args = ['server', '--host', '127.0.0.1', '--port', String(port), '--workers', '1', '--backend-store-uri', `sqlite:///${join(folder, 'mlflow.db')}`, '--artifacts-destination', join(folder, 'artifacts')];
  // A group of its own: it runs as several processes, which are stopped together.
  const server = spawn(join(programs, 'mlflow'), args, { cwd: folder, env: { ...inherited(), ...QUIET }, detached: true, stdio: ['ignore', 'ignore', 'pipe'] });
  await untilStarted(server);
  // Nobody reads on: a pipe that is full would stop the server.
  server.stderr.resume();
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    async setAlias(name, alias, version) {
      const response = await fetch(`${url}/api/2.0/mlflow/registered-models/alias`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ name, alias, version }) });
      if (!response.ok) throw new Error(await response.text());
    },
    async stop() {
      const ended = once(server, 'exit');
      if (server.pid !== undefined && server.exitCode === null) {
        process.kill(-server.pid, 'SIGKILL');
        await ended;
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function untilStarted({ stderr }: { readonly stderr: Readable }): Promise<void> {
  const lines: string[] = [];
  for await (const line of createInterface(stderr)) {
    lines.push(line);
    if (line.includes('Application startup complete')) return;
  }
  throw new Error(`The MLflow server did not start: ${lines.slice(-20).join('\n')}`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
