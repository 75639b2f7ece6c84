import { createServer, type IncomingHttpHeaders } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { closeServer, listenOnLoopback } from '../../../sandbox/loopback.ts';

export type ForgeCall = { readonly method: string; readonly path: string; readonly query: URLSearchParams; readonly headers: IncomingHttpHeaders; readonly body: Buffer };

export type ForgeAnswer = { readonly status: number; readonly json?: unknown; readonly bytes?: Uint8Array; readonly text?: string; readonly headers?: Readonly<Record<string, string>> };

export type ForgeServer = { readonly url: string; readonly calls: readonly string[]; stop(): Promise<void> };

/** Serves a stand-in's API on a free loopback port. What it does not know (null) is refused by name. */
export async function startForgeServer(name: string, answer: (call: ForgeCall) => Promise<ForgeAnswer | null>): Promise<ForgeServer> {
  const calls: string[] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://forge');
      const call = { method: request.method ?? '', path: pathname, query: searchParams, headers: request.headers, body: await buffer(request) };
      calls.push(`${call.method} ${call.path}`);
      const { status, json, bytes, text, headers } = (await answer(call).catch(broken)) ?? unknownRoute(name, call);
      const [type, content] = json === undefined ? (bytes === undefined ? ['text/plain; charset=utf-8', text ?? ''] : ['application/octet-stream', bytes]) : ['application/json; charset=utf-8', JSON.stringify(json)];
      response.writeHead(status, { 'content-type': type, ...headers }).end(content);
    })().catch(() => void response.destroy());
  });
  const address = await listenOnLoopback(server);
  return { url: `http://${address}`, calls, stop: () => closeServer(server) };
}

function unknownRoute(name: string, { method, path }: ForgeCall): ForgeAnswer {
  return { status: 501, json: { message: `The stand-in for ${name} does not know ${method} ${path}` } };
}

/** A stand-in that fails says so, and as nothing that a client would take for an answer of the forge. */
function broken(error: unknown): ForgeAnswer {
  return { status: 501, json: { message: `The stand-in failed: ${error instanceof Error ? error.message : String(error)}` } };
}
