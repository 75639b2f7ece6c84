import http from 'node:http';
import https from 'node:https';
import tls from 'node:tls';
import { ConfigurationError, RefusedError, TimeoutError, UnavailableError } from '../../domain/errors.ts';

/** A server that speaks HTTP: its TLS certificate is always verified, against the system's CAs and `caBundle`. */
export type HttpServer = {
  /** How messages name it, as `Argo CD at https://argocd.internal`. */
  readonly name: string;
  readonly url: string;
  /** PEM certificates beside the system's. */
  readonly caBundle?: string;
  /** How long it may be silent, unless a request says otherwise, in milliseconds. */
  readonly silence?: number;
};

export type HttpRequest = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path and query, appended to the server's URL. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** A POST that only reads: like a GET, it may be sent again when a kept connection turns out to be closed. */
  readonly readsOnly?: boolean;
  readonly signal?: AbortSignal;
  /** How long the server may be silent, in milliseconds. */
  readonly silence?: number;
};

export type HttpResponse = { readonly status: number; readonly headers: http.IncomingHttpHeaders; readonly body: string };

/** An answer of which the bytes matter, as a Git pack. */
export type HttpDownload = Omit<HttpResponse, 'body'> & { readonly body: Buffer };

export interface HttpClient {
  /** The whole answer, whatever its status. @throws UnavailableError, TimeoutError, ConfigurationError for a certificate */
  send(request: HttpRequest): Promise<HttpResponse>;
  /** The whole answer as bytes. @throws as `send`; RefusedError for more than `limit` bytes */
  download(request: HttpRequest, limit: number): Promise<HttpDownload>;
  /** The answer as it arrives. It must be read to its end or aborted. @throws as `send`, also while it is read */
  open(request: HttpRequest): Promise<HttpStream>;
}

export type HttpStream = { readonly status: number; readonly chunks: AsyncIterable<string> };

const DEFAULT_SILENCE = 30_000;

/** One client per server: its connections are kept alive and used again. */
export function createHttpClient(server: HttpServer): HttpClient {
  const base = checkedUrl(server);
  const agent = createAgent(base, server.caBundle);
  const connect = (request: HttpRequest) => connectTo({ server, base, agent }, request);
  return {
    async send(request) {
      const response = await connect(request);
      return { status: response.statusCode ?? 0, headers: response.headers, body: await readBody(server, response) };
    },
    async download(request, limit) {
      const response = await connect(request);
      return { status: response.statusCode ?? 0, headers: response.headers, body: await readBytes(server, response, limit) };
    },
    async open(request) {
      const response = await connect(request);
      return { status: response.statusCode ?? 0, chunks: readChunks(server, response) };
    },
  };
}

type Connection = { readonly server: HttpServer; readonly base: URL; readonly agent: http.Agent };

function checkedUrl({ name, url }: HttpServer): URL {
  const base = URL.parse(url);
  if (base === null) throw new ConfigurationError(`${name} has no valid URL; write it as https://host`);
  const loopback = /^(127\.\d+\.\d+\.\d+|\[::1\]|localhost)$/.test(base.hostname);
  if (base.protocol === 'https:' || (base.protocol === 'http:' && loopback)) return base;
  throw new ConfigurationError(`${name} must have an https URL: plain http is allowed to loopback addresses only`);
}

/** One secure context serves every connection: reading the system's CAs takes longer than the rest of a handshake does. */
function createAgent(base: URL, caBundle: string | undefined): http.Agent {
  if (base.protocol === 'http:') return new http.Agent({ keepAlive: true });
  if (caBundle === undefined) return new https.Agent({ keepAlive: true });
  const secureContext = tls.createSecureContext({ ca: [...tls.getCACertificates('default'), caBundle] });
  return new https.Agent({ keepAlive: true, secureContext });
}

async function connectTo(connection: Connection, request: HttpRequest): Promise<http.IncomingMessage> {
  const first = await attempt(connection, request);
  if ('response' in first) return first.response;
  // A kept connection may have been closed by the server, or while the process slept; what only reads is safe to repeat on a new one.
  const again = first.reused && (request.method === 'GET' || request.readsOnly === true) ? await attempt(connection, request) : first;
  if ('response' in again) return again.response;
  throw describeFailure(connection.server, again.error);
}

type Attempt = { readonly response: http.IncomingMessage } | { readonly error: Error; readonly reused: boolean };

function attempt({ server, base, agent }: Connection, request: HttpRequest): Promise<Attempt> {
  const { method, path, headers = {}, body, signal, silence = server.silence ?? DEFAULT_SILENCE } = request;
  const start = base.protocol === 'http:' ? http.request : https.request;
  return new Promise((resolve) => {
    const target = new URL(base.pathname.replace(/\/$/, '') + path, base);
    const sent = start(target, { method, agent, headers, ...(signal === undefined ? {} : { signal }) });
    let answer: http.IncomingMessage | null = null;
    // Whoever waits must hear of the silence: the reader of the answer, once there is one.
    sent.setTimeout(silence, () => (answer ?? sent).destroy(new SilenceError(silence)));
    sent.once('response', (response) => resolve({ response: (answer = response) }));
    // Also heard after the answer began, when it is the reader's: unheard, it would end the process.
    sent.on('error', (error) => resolve({ error, reused: sent.reusedSocket }));
    sent.end(body);
  });
}

class SilenceError extends Error {
  constructor(milliseconds: number) {
    super(`no answer within ${milliseconds / 1000} s`);
  }
}

async function readBody(server: HttpServer, response: http.IncomingMessage): Promise<string> {
  const chunks: string[] = [];
  for await (const chunk of readChunks(server, response)) chunks.push(chunk);
  return chunks.join('');
}

async function readBytes(server: HttpServer, response: http.IncomingMessage, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > limit) break;
      chunks.push(chunk);
    }
  } catch (error) {
    throw describeFailure(server, error instanceof Error ? error : new Error(String(error)));
  }
  if (length > limit) throw new RefusedError(`${server.name} answers with more than ${Math.floor(limit / 1024 / 1024)} MiB, which is more than Slipway reads`);
  return Buffer.concat(chunks, length);
}

async function* readChunks(server: HttpServer, response: http.IncomingMessage): AsyncGenerator<string> {
  response.setEncoding('utf8');
  try {
    for await (const chunk of response) yield String(chunk);
  } catch (error) {
    throw describeFailure(server, error instanceof Error ? error : new Error(String(error)));
  }
}

/** Aborting is the caller's own doing, so its error passes through as it is. */
function describeFailure({ name }: HttpServer, error: Error): Error {
  if (error.name === 'AbortError') return error;
  if (error instanceof SilenceError) return new TimeoutError(`${name} did not answer: ${error.message}`, { cause: error });
  const code = 'code' in error ? String(error.code) : '';
  if (isCertificateError(code)) {
    const fix = 'set caBundle to the CA that signed its certificate, and its URL to a name in the certificate';
    return new ConfigurationError(`${name} has a certificate that is not trusted (${code}); ${fix}`, { cause: error });
  }
  return new UnavailableError(`${name} cannot be reached: ${error.message || code}`, { cause: error });
}

function isCertificateError(code: string): boolean {
  return /^(CERT_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|ERR_TLS_CERT)/.test(code);
}
