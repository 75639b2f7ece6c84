import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { authenticate, scopeOf } from './authenticate.ts';
import { closeServer, listenOnLoopback } from '../loopback.ts';
import type { Iam } from './iam/iam.ts';
import { PROTOCOLS, protocolOf } from './protocols/by-scope.ts';
import { type HttpRequest, type HttpResponse, unknownOperation } from './protocols/protocol.ts';
import { type AwsAccount, type AwsCall, AwsError, type AwsService, type Json } from './service.ts';

export type AwsEndpoint = {
  /** What clients get as `AWS_ENDPOINT_URL`. */
  readonly url: string;
  /** Serves one more service: some need the URL before they exist. */
  add(service: AwsService): void;
  close(): Promise<void>;
};

export type EndpointOptions = { readonly account: AwsAccount; readonly iam: Iam; readonly now?: () => number };

/** One address for every AWS service of the sandbox, on a free loopback port. */
export async function startEndpoint({ account, iam, now = Date.now }: EndpointOptions): Promise<AwsEndpoint> {
  const services = new Map<string, AwsService>();
  const server = createServer((incoming, outgoing) => {
    const respond = async (): Promise<void> => {
      const { status, headers, body } = await answer(await readRequest(incoming), { account, iam, now }, services);
      outgoing.writeHead(status, headers).end(body);
    };
    // A request that breaks off while it is read has nobody left to answer.
    respond().catch(() => outgoing.destroy());
  });
  return {
    url: `http://${await listenOnLoopback(server)}`,
    add(service) {
      if (PROTOCOLS[service.scope] === undefined) throw new Error(`The endpoint has no protocol for service ${service.scope}: name it in protocols/by-scope.ts.`);
      services.set(service.scope, service);
    },
    close: () => closeServer(server),
  };
}

type World = Required<EndpointOptions>;

async function answer(request: HttpRequest, world: World, services: ReadonlyMap<string, AwsService>): Promise<HttpResponse> {
  const requestId = randomUUID();
  const scope = scopeOf(request) ?? '';
  const protocol = protocolOf(scope, request);
  try {
    const caller = authenticate(request, world.account.region, world.iam, world.now());
    const service = services.get(scope);
    if (service === undefined) throw unknownOperation(`service ${scope}: it runs ${[...services.keys()].join(', ')}`);
    const { operation, input } = protocol.readRequest(request);
    const output: unknown = await run(service, operation, input, { caller, account: world.account, requestId }, world.iam);
    return protocol.writeResponse(operation, output, requestId);
  } catch (error) {
    return protocol.writeError(asAwsError(error), requestId);
  }
}

async function run(service: AwsService, name: string, input: unknown, call: AwsCall, iam: Iam): Promise<Json> {
  const operation = Object.hasOwn(service.operations, name) ? service.operations[name] : undefined;
  if (operation === undefined) throw unknownOperation(`operation ${name} of ${service.scope}`);
  for (const need of operation.needs(input, call.account)) iam.authorize(call.caller, need);
  return operation.run(input, call);
}

export async function readRequest(incoming: IncomingMessage): Promise<HttpRequest> {
  const target = incoming.url ?? '/';
  const cut = target.indexOf('?');
  const path = cut < 0 ? target : target.slice(0, cut);
  const query = new URLSearchParams(cut < 0 ? '' : target.slice(cut));
  return { method: incoming.method ?? '', path, query, headers: incoming.headers, body: await buffer(incoming) };
}

/** Whatever else a service throws is its own defect: AWS calls that InternalFailure. */
function asAwsError(error: unknown): AwsError {
  if (error instanceof AwsError) return error;
  return new AwsError('InternalFailure', error instanceof Error ? error.message : String(error), 500);
}
