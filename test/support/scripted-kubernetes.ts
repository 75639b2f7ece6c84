import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import { createCertificateAuthority, issueServerCertificate } from '../../sandbox/tls.ts';
import type { ClusterEndpoint } from '../../src/adapters/kubernetes/open-cluster.ts';

/** One list or watch that a client asked for. */
export type ApiCall = {
  readonly verb: 'list' | 'watch';
  readonly plural: string;
  readonly query: URLSearchParams;
  readonly token: string;
  /** How many of this verb and plural came before. */
  readonly index: number;
  readonly response: ServerResponse;
};

export type ScriptedKubernetes = {
  readonly endpoint: ClusterEndpoint;
  readonly calls: readonly ApiCall[];
  /** Resolves with the call of this verb, plural and index, once it has come. */
  call(verb: ApiCall['verb'], plural: string, index?: number): Promise<ApiCall>;
  stop(): Promise<void>;
};

/** A Kubernetes API over TLS that answers what `script` says; what it leaves unanswered is an empty list, or an open watch. */
export async function startScriptedKubernetes(script: (call: ApiCall) => boolean | void): Promise<ScriptedKubernetes> {
  const authority = await createCertificateAuthority('Test');
  const { certPem: cert, keyPem: key } = await issueServerCertificate(authority, 'kube-apiserver');
  const calls: ApiCall[] = [];
  const waiting = new Set<() => void>();
  const server = createServer({ cert, key }, (request, response) => {
    const url = new URL(request.url ?? '/', 'https://127.0.0.1');
    const plural = url.pathname.split('/').at(-1) ?? '';
    const verb = url.searchParams.get('watch') === 'true' ? 'watch' : 'list';
    const token = request.headers.authorization ?? '';
    const call = { verb, plural, query: url.searchParams, token, index: calls.filter((each) => each.verb === verb && each.plural === plural).length, response } as const;
    calls.push(call);
    if (script(call) !== true) {
      if (verb === 'list') answerList(call, []);
      else openWatch(call);
    }
    waiting.forEach((wake) => wake());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server listens on no port.');
  return {
    endpoint: { server: `https://127.0.0.1:${address.port}`, ca: authority.certPem },
    calls,
    async call(verb, plural, index = 0) {
      for (;;) {
        const found = calls.find((each) => each.verb === verb && each.plural === plural && each.index === index);
        if (found !== undefined) return found;
        const { promise, resolve } = Promise.withResolvers<void>();
        waiting.add(resolve);
        await promise;
        waiting.delete(resolve);
      }
    },
    async stop() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

export function answerList({ response }: ApiCall, items: readonly unknown[], resourceVersion = '100'): true {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ kind: 'List', metadata: { resourceVersion }, items }));
  return true;
}

export function answerStatus({ response }: ApiCall, code: number, message: string): true {
  response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify({ kind: 'Status', code, message }));
  return true;
}

export function openWatch({ response }: ApiCall): true {
  response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
  return true;
}

export function sendEvent({ response }: ApiCall, type: string, object: unknown): void {
  response.write(`${JSON.stringify({ type, object })}\n`);
}

/** A Pod as the API serves it. */
export function podObject(name: string, resourceVersion: string): object {
  return {
    metadata: { name, namespace: 'inference', uid: `uid-${name}`, resourceVersion, creationTimestamp: '2026-01-02T03:05:01Z' },
    spec: { containers: [{ name: 'web', image: 'web:1' }] },
  };
}
