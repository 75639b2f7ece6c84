import { createServer, type IncomingMessage, request as httpRequest, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { closeServer, listenOnLoopback } from '../../../sandbox/loopback.ts';

/**
 * When the connection of a push ends: `before` the server has heard of it; `during` its body; when the server has all of it and no answer
 * came yet (`unanswered`: it goes on); `after` its whole answer, of which nothing arrives.
 */
export type Cut = 'before' | 'during' | 'unanswered' | 'after';

/** What becomes of a request instead: it is cut, never answered, or answered by the proxy itself. */
export type Strike = Cut | 'silence' | { readonly status: number; readonly headers?: Readonly<Record<string, string>> };

export type CuttingProxy = {
  /** Where the server that answers at `url` is reached through the proxy. */
  urlOf(url: string): string;
  /** Strikes the next request alone that commits, or that only reads. */
  strikeNext(kind: 'commit' | 'read', strike: Strike): void;
  /** Strikes no more, also where nothing has been struck yet. */
  calm(): void;
  /** Resolves when the server has answered all that was sent to it. */
  settled(): Promise<unknown>;
  stop(): Promise<void>;
};

/** Stands before a Git server, or the API of a forge, and strikes requests. */
export async function startCuttingProxy(): Promise<CuttingProxy> {
  let origin = '';
  let next: { readonly kind: 'commit' | 'read'; readonly strike: Strike } | null = null;
  const forwarded: Promise<unknown>[] = [];
  const server = createServer((request, response) => {
    const answering = buffer(request).then((body) => {
      const how = next?.kind === (isCommit(request, body) ? 'commit' : 'read') ? next.strike : null;
      if (how !== null) next = null;
      return relay({ origin, request, response, body, how });
    });
    forwarded.push(answering.catch(() => void response.destroy()));
  });
  const address = await listenOnLoopback(server);
  return {
    urlOf(url) {
      ({ origin } = new URL(url));
      return url.replace(origin, `http://${address}`);
    },
    strikeNext: (kind, strike) => void (next = { kind, strike }),
    calm: () => void (next = null),
    settled: () => Promise.all(forwarded),
    stop: () => closeServer(server),
  };
}

/** The request that moves the branch, by the way in which each kind of host has it. */
function isCommit({ method, url = '', headers }: IncomingMessage, body: Buffer): boolean {
  if (method === 'PUT') return /\/branches\//.test(url);
  if (method !== 'POST') return false;
  return /\/git-receive-pack$|\/repository\/commits$/.test(url) || String(headers['x-amz-target']).endsWith('.CreateCommit') || body.includes('createCommitOnBranch');
}

type Relay = { readonly origin: string; readonly request: IncomingMessage; readonly response: ServerResponse; readonly body: Buffer; readonly how: Strike | null };

async function relay({ origin, request, response, body, how }: Relay): Promise<void> {
  if (how === 'silence') return;
  if (how === 'before') return void response.destroy();
  if (typeof how === 'object' && how !== null) return void response.writeHead(how.status, { 'content-type': 'application/json', ...how.headers }).end('{"message":"the proxy says no"}');
  const answering = forward(origin, request, how === 'during' ? body.subarray(0, body.length / 2) : body, how === 'during');
  if (how === 'unanswered' || how === 'during') response.destroy();
  const { status, headers, content } = await answering;
  if (how === null) response.writeHead(status, headers).end(content);
  else response.destroy();
}

type Answer = { readonly status: number; readonly headers: IncomingMessage['headers']; readonly content: Buffer };

function forward(origin: string, { method, url, headers }: IncomingMessage, body: Buffer, thenCut: boolean): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(new URL(url ?? '/', origin), { method, headers, agent: false });
    sent.on('error', reject);
    sent.on('response', (answer) => {
      buffer(answer).then((content) => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, content }), reject);
    });
    if (thenCut) sent.write(body, () => void sent.destroy());
    else sent.end(body);
  });
}
