import { HttpMethod, IsomorphicFetchHttpLibrary, KubeConfig, RequestContext, type ResponseContext } from '@kubernetes/client-node';
import { ConfigurationError } from '../../domain/errors.ts';
import { ApiStatusError, SilenceError } from './api-errors.ts';

/** Where a cluster's API is, and who vouches for it. */
export type ClusterEndpoint = { readonly server: string; /** PEM */ readonly ca: string };

export type ApiOptions = {
  readonly cluster: string;
  readonly endpoint: ClusterEndpoint;
  /** Asked for every request, so that a watch reopened after an hour has a valid one. */
  readonly token: () => Promise<string>;
  /** How long an open watch may be silent, in milliseconds. */
  readonly silence: number;
};

/**
 * GET requests to one API server. The client's own `Watch` is not used: it swallows what its callback throws, drops the body of an
 * error, and cannot be aborted before the answer begins. Its configuration, authentication and HTTP layer are.
 */
export interface KubernetesApi {
  /** Answers parsed JSON. @throws ApiStatusError, SilenceError, or fetch's error */
  get(path: string, query: Query, signal: AbortSignal): Promise<unknown>;
  /** Answers one parsed JSON per line until the server ends the answer. @throws as `get` */
  lines(path: string, query: Query, signal: AbortSignal): AsyncGenerator<unknown>;
  /** Cuts every connection. */
  close(): void;
}

type Query = Readonly<Record<string, string>>;

export function createKubernetesApi({ cluster, endpoint, token, silence }: ApiOptions): KubernetesApi {
  if (!endpoint.server.startsWith('https://')) {
    throw new ConfigurationError(`Cluster ${cluster} has the endpoint ${endpoint.server}, which is not https; a token is never sent in the clear.`);
  }
  const config = kubeConfig(endpoint, token);
  const http = new IsomorphicFetchHttpLibrary();
  let connections: ReturnType<RequestContext['getDispatcher']>;

  async function send(path: string, query: Query, signal: AbortSignal): Promise<ResponseContext> {
    const request = new RequestContext(new URL(path, endpoint.server).href, HttpMethod.GET);
    for (const [name, value] of Object.entries(query)) request.setQueryParam(name, value);
    request.setHeaderParam('Accept', 'application/json');
    request.setSignal(signal);
    await config.applySecurityAuthentication(request);
    // The client makes a dispatcher, and with it a TLS connection, per request: the first one serves them all.
    connections ??= request.getDispatcher();
    if (connections !== undefined) request.setDispatcher(connections);
    const response = await http.send(request).toPromise();
    if (response.httpStatusCode !== 200) throw ApiStatusError.of(response.httpStatusCode, await jsonOrNothing(response));
    return response;
  }

  return {
    async get(path, query, signal) {
      const patient = endOnSilence(signal, silence);
      try {
        const response = await send(path, query, patient.signal);
        return parseJson(await response.body.text());
      } finally {
        patient.end();
      }
    },
    async *lines(path, query, signal) {
      const patient = endOnSilence(signal, silence);
      try {
        const { body } = await send(path, query, patient.signal);
        for await (const line of splitLines(body.stream() ?? [], patient.heard)) yield parseJson(line);
      } finally {
        patient.end();
      }
    },
    close() {
      connections?.destroy().catch(() => undefined);
    },
  };
}

function kubeConfig({ server, ca }: ClusterEndpoint, token: () => Promise<string>): KubeConfig {
  const config = new KubeConfig();
  const provider = 'slipway';
  config.addAuthenticator({
    isAuthProvider: ({ authProvider }) => (authProvider as { name?: unknown } | undefined)?.name === provider,
    async applyAuthentication(_user, options: { headers?: unknown }) {
      options.headers = { Authorization: `Bearer ${await token()}` };
    },
  });
  config.loadFromOptions({
    clusters: [{ name: 'cluster', server, caData: Buffer.from(ca).toString('base64'), skipTLSVerify: false }],
    users: [{ name: 'user', authProvider: { name: provider, config: {} } }],
    contexts: [{ name: 'context', cluster: 'cluster', user: 'user' }],
    currentContext: 'context',
  });
  return config;
}

/** A signal that also aborts after so much silence since the last `heard`. */
function endOnSilence(signal: AbortSignal, silence: number): { readonly signal: AbortSignal; readonly heard: () => void; readonly end: () => void } {
  const idle = new AbortController();
  const timer = setTimeout(() => idle.abort(new SilenceError(`no answer within ${silence} ms`)), silence);
  return { signal: AbortSignal.any([signal, idle.signal]), heard: () => void timer.refresh(), end: () => clearTimeout(timer) };
}

/** What is not JSON comes from something in between, as a proxy that answers for a server that is away. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new ApiStatusError(502, 'an answer that is not JSON');
  }
}

async function jsonOrNothing(response: ResponseContext): Promise<unknown> {
  try {
    return parseJson(await response.body.text());
  } catch {
    return undefined;
  }
}

/** Whole lines of a stream of bytes. What follows the last line break was cut off: its event comes again from the next watch. */
async function* splitLines(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>, onBytes: () => void): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of chunks) {
    onBytes();
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) if (line !== '') yield line;
  }
}
