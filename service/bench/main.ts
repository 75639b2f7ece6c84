import { type ChildProcess, spawn } from 'node:child_process';
import { cpus } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import autocannon from 'autocannon';

const FLOWER = { sepal_length: 5.1, sepal_width: 3.5, petal_length: 1.4, petal_width: 0.2 };
const LOADS = [
  { name: 'one flower', flowers: 1, body: FLOWER },
  { name: 'a batch of 100', flowers: 100, body: { instances: Array.from({ length: 100 }, () => FLOWER) } },
];

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '10' }, connections: { type: 'string', default: '50' } },
});

const service = await startService();
try {
  console.log(`Node ${process.versions.node} on ${cpus().length} × ${cpus()[0]?.model ?? 'unknown CPU'}; ${values.connections} connections, ${values.seconds} s, load and service on one machine\n`);
  console.log(`| request | model | requests/s | flowers/s | p50 | p99 | errors |\n|---|---|--:|--:|--:|--:|--:|`);
  for (const alias of ['champion', 'challenger']) {
    for (const { name, flowers, body } of LOADS) {
      const { requests, latency, errors, non2xx } = await load(service.url, alias, body);
      console.log(`| ${name} | ${alias} | ${Math.round(requests.average)} | ${Math.round(requests.average * flowers)} | ${latency.p50} ms | ${latency.p99} ms | ${errors + non2xx} |`);
    }
  }
} finally {
  service.child.kill('SIGTERM');
}

async function load(url: string, alias: string, body: unknown): Promise<autocannon.Result> {
  const request = { url: `${url}/predict`, method: 'POST' as const, headers: { 'content-type': 'application/json', 'x-model-alias': alias }, body: JSON.stringify(body) };
  const connections = Number(values.connections);
  // What runs first is compiled then: it is no part of the figure.
  await autocannon({ ...request, connections, duration: 2 });
  return autocannon({ ...request, connections, duration: Number(values.seconds) });
}

/** The service as its image runs it, in a process of its own. */
async function startService(): Promise<{ child: ChildProcess; url: string }> {
  const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
  const child = spawn(process.execPath, [main], { env: { PORT: '0', NODE_ENV: 'production', MODEL_ALIAS_HEADER: 'x-model-alias' }, stdio: ['ignore', 'pipe', 'inherit'] });
  const log = createInterface(child.stdout);
  const begun = performance.now();
  let port: unknown;
  for await (const line of log) {
    const entry = JSON.parse(line) as Record<string, unknown>;
    if (entry['message'] === 'listening') port = entry['port'];
    if (entry['message'] === 'ready') break;
  }
  console.log(`Ready after ${Math.round(performance.now() - begun)} ms.`);
  child.stdout.resume();
  return { child, url: `http://127.0.0.1:${String(port)}` };
}
