import { createServer, type IncomingMessage, request as httpRequest, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { closeServer, listenOnLoopback } from '../../../sandbox/loopback.ts';

/**
 * When the connection of a push ends: `before` the server has heard of it; `during` its body; when the server has all of it and no answer
 * came yet (`unanswered`: it goes on); `after` its whole answer, of which nothing arrives.
 */
export type Cut = 'before' | 'during' | 'unanswered' | 'after';

export type CuttingProxy = {
  /** Where the server that answers at `url` is reached through the proxy. */
  urlOf(url: string): string;
  /** Strikes the next push alone. */
  cutNextPush(cut: Cut): void;
  /** Resolves when the server has answered all that was sent to it. */
  settled(): Promise<unknown>;
  stop(): Promise<void>;
};

/** Stands before a Git server and cuts connections. */
export async function startCuttingProxy(): Promise<CuttingProxy> {
  let origin = '';
  let cut: Cut | null = null;
  const forwarded: Promise<unknown>[] = [];
  const server = createServer((request, response) => {
    const isPush = request.method === 'POST' && request.url?.endsWith('/git-receive-pack') === true;
    const how = isPush ? cut : null;
    if (isPush) cut = null;
    forwarded.push(relay({ origin, request, response, how }).catch(() => void response.destroy()));
  });
  const address = await listenOnLoopback(server);
  return {
    urlOf(url) {
      ({ origin } = new URL(url));
      return url.replace(origin, `http://${address}`);
    },
    cutNextPush: (next) => void (cut = next),
    settled: () => Promise.all(forwarded),
    stop: () => closeServer(server),
  };
}

type Relay = { readonly origin: string; readonly request: IncomingMessage; readonly response: ServerResponse; readonly how: Cut | null };

async function relay({ origin, request, response, how }: Relay): Promise<void> {
  const body = await buffer(request);
  if (how === 'before') return void response.destroy();
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
