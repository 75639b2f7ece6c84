import { request } from 'node:https';
import type { IncomingMessage } from 'node:http';
import { createInterface } from 'node:readline';

export type WatchLine = { readonly type: string; readonly object: { readonly metadata: { readonly name?: string; readonly resourceVersion?: string }; readonly [field: string]: unknown } };

/** Requests to the API server that trust the sandbox's CA alone. */
export function apiClient(url: string, caPem: string, token: string | null) {
  function open(path: string, method: string, more: Readonly<Record<string, string>>): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      const headers = { ...more, ...(token === null ? {} : { authorization: `Bearer ${token}` }) };
      request(`${url}${path}`, { method, ca: caPem, headers, agent: false }, resolve).on('error', reject).end();
    });
  }

  async function call(path: string, { method = 'GET', ...headers }: { method?: string; readonly [header: string]: string } = {}): Promise<{ readonly code: number | undefined; readonly body: unknown }> {
    const response = await open(path, method, { accept: 'application/json', ...headers });
    const chunks = await response.toArray();
    const body: unknown = JSON.parse(chunks.map(String).join(''));
    return { code: response.statusCode, body };
  }

  /** What is no JSON, as a log. */
  async function text(path: string): Promise<string> {
    return (await (await open(path, 'GET', {})).toArray()).map(String).join('');
  }

  /** Opens a watch: its lines as they come, until the server ends it. */
  async function watch(path: string): Promise<AsyncGenerator<WatchLine>> {
    return linesOf(await open(path, 'GET', { accept: 'application/json' }));
  }
  return { call, text, watch };
}

async function* linesOf(response: IncomingMessage): AsyncGenerator<WatchLine> {
  for await (const line of createInterface({ input: response })) yield JSON.parse(line) as WatchLine;
}
