import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';

/** What the server does with one request: answers, or cuts the connection. */
export type ScriptedAnswer = { readonly status?: number; readonly body?: string; readonly stream?: readonly string[]; readonly hold?: boolean } | 'cut';

export type ScriptedRequest = { readonly method: string; readonly path: string; readonly headers: IncomingHttpHeaders; readonly body: string };

export type ScriptedServer = {
  readonly url: string;
  readonly requests: readonly ScriptedRequest[];
  /** Connections that were opened to it. */
  connections(): number;
  close(): Promise<void>;
};

/** A server on loopback that gives each request the answer of the script. */
export async function startScriptedServer(answer: (request: ScriptedRequest, index: number) => ScriptedAnswer): Promise<ScriptedServer> {
  const requests: ScriptedRequest[] = [];
  let connections = 0;
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      const asked = { method: request.method ?? '', path: request.url ?? '', headers: request.headers, body };
      requests.push(asked);
      const scripted = answer(asked, requests.length - 1);
      if (scripted === 'cut') return void request.socket.destroy();
      response.writeHead(scripted.status ?? 200, { 'content-type': 'application/json' });
      response.flushHeaders();
      scripted.stream?.forEach((chunk) => response.write(chunk));
      if (scripted.hold !== true) response.end(scripted.body ?? '');
    });
  });
  server.on('connection', () => connections++);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${portOf(server)}`, requests, connections: () => connections, close: () => close(server) };
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  return address.port;
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
