import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { World } from '../../../sandbox/world.ts';

/** A part of the world that functions talk to. */
export type Party = 'table' | 'registry' | 'secrets' | 'executions' | 'events' | 'eks' | 'git' | 'argocd' | 'cluster' | 'smoke';

export type GatedRequest = {
  readonly party: Party;
  /** `GetItem`, `POST git-receive-pack`, `GET /api/v1/applications/…`: enough to tell reading from writing. */
  readonly operation: string;
  /** Calls back when the whole answer was given to the network. */
  onAnswered(listener: () => void): void;
};

/**
 * - `pass`: served.
 * - `refuse`: the connection is cut before the server sees the request, as if nobody listened.
 * - `lose-answer`: served, and the connection is cut instead of the answer.
 * - `cut`: served, and the connection is cut after the first bytes of the answer: a stream that breaks.
 * - `throttle`: answered as AWS does to whom it asks to slow down; the server never sees the request.
 * - `hang`: never answered.
 */
export type Verdict = 'pass' | 'refuse' | 'lose-answer' | 'cut' | 'throttle' | 'hang';

/** Called for each request of a function, before it is served. */
export type Decide = (request: GatedRequest) => Verdict;

export type Gate = {
  /** Resolves when AWS has done all that functions asked it for: also what one asked that was killed before it heard the answer. */
  settled(): Promise<void>;
  stop(): void;
};

const AWS_PARTIES: Readonly<Record<string, Party>> = { dynamodb: 'table', ecr: 'registry', secretsmanager: 'secrets', states: 'executions', events: 'events', eks: 'eks' };

type Place = 'aws' | 'git' | 'argocd' | 'cluster' | 'smoke';
type Exchange = { readonly server: Server };

/** Servers of a test beside those of its world: the workload's own, and the Git host that functions ask instead of the world's. */
export type MoreServers = { readonly smoke?: string | undefined; readonly git?: string | undefined };

/** Stands before every server of a world, and before others where there are; what the test itself asks, as AWS's administrator or as nobody, passes. */
export function startGate(world: World, decide: Decide, { smoke, git = world.git.url }: MoreServers = {}): Gate {
  const ports = new Map<number, Place>([
    [portOf(world.aws.endpointUrl), 'aws'],
    [portOf(git), 'git'],
    [portOf(world.argocd.url), 'argocd'],
    [portOf(world.kubernetes.url), 'cluster'],
    ...(smoke === undefined ? [] : [[portOf(smoke), 'smoke'] as const]),
  ]);
  const administrator = world.aws.administrator.accessKeyId;
  const underWay = new Set<Promise<void>>();
  let isOpen = false;

  function onRequest(server: Server, request: IncomingMessage, response: ServerResponse): Verdict {
    const place = ports.get(localPort(server));
    if (isOpen || place === undefined) return 'pass';
    const asked = describe(place, request, administrator);
    if (asked === null) return 'pass';
    const verdict = decide({ ...asked, onAnswered: (listener) => void response.once('finish', listener) });
    apply(verdict, request, response);
    if (place === 'aws' && !UNSEEN.includes(verdict)) {
      const done = untilServed(response).finally(() => underWay.delete(done));
      underWay.add(done);
    }
    return verdict;
  }

  const patched = new WeakSet<Server>();
  /** Node tells of a request just before the server emits it: from then on the emit goes through the gate. */
  function onStart(message: unknown): void {
    const { server } = message as Exchange;
    if (patched.has(server)) return;
    patched.add(server);
    const emit = server.emit.bind(server) as (event: string, ...values: unknown[]) => boolean;
    server.emit = (event: string, ...values: unknown[]): boolean => {
      if (event !== 'request') return emit(event, ...values);
      const [request, response] = values as [IncomingMessage, ServerResponse];
      const verdict = onRequest(server, request, response);
      return UNSEEN.includes(verdict) ? true : emit(event, ...values);
    };
  }

  subscribe('http.server.request.start', onStart);
  return {
    async settled() {
      while (underWay.size > 0) await Promise.all(underWay);
    },
    stop() {
      isOpen = true;
      unsubscribe('http.server.request.start', onStart);
    },
  };
}

/** The server does not see these requests. */
const UNSEEN: readonly Verdict[] = ['refuse', 'throttle', 'hang'];

function apply(verdict: Verdict, request: IncomingMessage, response: ServerResponse): void {
  const cut = (): void => void request.socket.destroy();
  if (verdict === 'refuse') cut();
  if (verdict === 'lose-answer') loseAnswer(response, cut);
  if (verdict === 'cut') cutAnswer(response, cut);
  if (verdict === 'throttle') throttle(request, response);
}

/** In the protocol of Step Functions. */
function throttle(request: IncomingMessage, response: ServerResponse): void {
  request.resume();
  response.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify({ __type: 'ThrottlingException', message: 'Rate exceeded' }));
}

/** Until the server gives its answer away, or gives up: whether anybody is left to hear it is nothing to it. */
function untilServed(response: ServerResponse): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const [end, destroy] = [response.end.bind(response) as (chunk?: unknown) => ServerResponse, response.destroy.bind(response)];
  response.end = (chunk?: unknown) => {
    resolve();
    return end(chunk);
  };
  response.destroy = (error?: Error) => {
    resolve();
    return destroy(error);
  };
  return promise;
}

/** The server goes on as if it answered, and the client hears nothing. */
function loseAnswer(response: ServerResponse, cut: () => void): void {
  response.writeHead = () => response;
  response.write = () => true;
  response.end = () => {
    cut();
    return response;
  };
}

/** The client hears the beginning. */
function cutAnswer(response: ServerResponse, cut: () => void): void {
  const write = response.write.bind(response) as (chunk: unknown) => boolean;
  response.write = (chunk: unknown) => {
    write(chunk);
    setImmediate(cut);
    return true;
  };
}

/** Null for what no function asked. */
function describe(place: Place, request: IncomingMessage, administrator: string): Pick<GatedRequest, 'party' | 'operation'> | null {
  const { method = '', url = '', headers } = request;
  if (place !== 'aws') return { party: place, operation: `${method} ${url}` };
  const [, accessKey, service] = /Credential=([^/]+)\/\d+\/[^/]+\/([^/]+)\//.exec(headers.authorization ?? '') ?? [];
  const party = AWS_PARTIES[service ?? ''];
  if (accessKey === administrator || party === undefined) return null;
  const target = headers['x-amz-target'];
  return { party, operation: typeof target === 'string' ? target.replace(/^.*\./, '') : `${method} ${url}` };
}

function portOf(url: string): number {
  return Number(new URL(url).port);
}

function localPort(server: Server): number {
  const address = server.address();
  return address === null || typeof address === 'string' ? 0 : address.port;
}
