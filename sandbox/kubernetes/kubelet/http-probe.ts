import { request } from 'node:http';
import { z } from 'zod';
import type { Container } from '../objects.ts';

const seconds = z.int().positive();
const Probe = z.strictObject({
  httpGet: z.strictObject({ path: z.string().default('/'), port: z.union([z.int(), z.string()]), httpHeaders: z.array(z.strictObject({ name: z.string(), value: z.string() })).default([]) }),
  initialDelaySeconds: z.int().nonnegative().default(0),
  periodSeconds: seconds.default(10),
  timeoutSeconds: seconds.default(1),
  successThreshold: seconds.default(1),
  failureThreshold: seconds.default(3),
});
const Ports = z.array(z.looseObject({ name: z.string().optional(), containerPort: z.int() })).default([]);

/** A probe over HTTP with Kubernetes' defaults, its port by number. */
export type HttpProbe = Omit<z.infer<typeof Probe>, 'httpGet'> & { readonly path: string; readonly port: number; readonly headers: Readonly<Record<string, string>> };

export type ProbeKind = 'startup' | 'readiness' | 'liveness';

/** The probes that a container has. @throws Error for one that the sandbox can't do */
export function probesOf(container: Container): Readonly<Partial<Record<ProbeKind, HttpProbe>>> {
  const kinds = (['startup', 'readiness', 'liveness'] as const).filter((kind) => container[`${kind}Probe`] !== undefined);
  return Object.fromEntries(kinds.map((kind) => [kind, readProbe(container, kind)]));
}

function readProbe(container: Container, kind: ProbeKind): HttpProbe {
  const parsed = Probe.safeParse(container[`${kind}Probe`]);
  if (!parsed.success) {
    const issues = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    throw new Error(`the sandbox probes a process over HTTP alone, and not as ${kind}Probe says: ${issues.join('; ')}`);
  }
  const { httpGet, ...probe } = parsed.data;
  return { ...probe, path: httpGet.path, port: portOf(container, httpGet.port), headers: Object.fromEntries(httpGet.httpHeaders.map(({ name, value }) => [name, value])) };
}

function portOf(container: Container, port: number | string): number {
  if (typeof port === 'number') return port;
  const named = Ports.parse(container.ports).find(({ name }) => name === port);
  if (named === undefined) throw new Error(`couldn't find port: ${port}`);
  return named.containerPort;
}

/** Where a probe asks: the pod's own address, which messages name, and the process behind it, if there listens one. */
export type ProbeTarget = { readonly podIP: string; readonly process: string | null };

/** Asks once. @returns why the probe failed, in the words of a kubelet; null where it passed */
export async function askOnce({ path, port, headers, timeoutSeconds }: HttpProbe, { podIP, process }: ProbeTarget): Promise<string | null> {
  const place = `${podIP}:${port}`;
  const get = `Get "http://${place}${path}":`;
  if (process === null) return `${get} dial tcp ${place}: connect: connection refused`;
  try {
    const status = await statusOf(`http://${process}${path}`, { host: place, 'user-agent': 'kube-probe/1.36', ...headers }, timeoutSeconds * 1000);
    return status >= 200 && status < 400 ? null : `HTTP probe failed with statuscode: ${status}`;
  } catch (error) {
    const { code, name } = error as NodeJS.ErrnoException;
    if (name === 'AbortError') return `${get} context deadline exceeded (Client.Timeout exceeded while awaiting headers)`;
    return code === 'ECONNREFUSED' ? `${get} dial tcp ${place}: connect: connection refused` : `${get} EOF`;
  }
}

function statusOf(url: string, headers: Readonly<Record<string, string>>, timeout: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { headers, agent: false, signal: AbortSignal.timeout(timeout) }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    asked.on('error', reject).end();
  });
}
