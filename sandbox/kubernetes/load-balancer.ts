import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { z } from 'zod';
import { closeServer, listenOnLoopback } from '../loopback.ts';
import { LISTENS_ON } from './kubelet/program.ts';
import type { Pod } from './objects.ts';
import { matchesLabels } from './selectors.ts';
import type { Store } from './store.ts';

/** What an Ingress and its load balancer are to a Service: one URL for its clients, each of whose requests goes to a pod that is Ready. */
export type LoadBalancer = { readonly url: string; readonly stop: () => Promise<void> };

type Place = { readonly namespace: string; readonly service: string };

export async function startLoadBalancer(store: Pick<Store, 'get' | 'list'>, place: Place): Promise<LoadBalancer> {
  let requests = 0;
  const server = createServer((message, response) => {
    const addresses = readyAddresses(store, place);
    const address = addresses[requests % addresses.length];
    requests += 1;
    if (address === undefined) answer(response, 503, `No pod of Service ${place.service} is Ready.`);
    else forward(message, response, address);
  });
  return { url: `http://${await listenOnLoopback(server)}`, stop: () => closeServer(server) };
}

const ServiceSpec = z.object({ selector: z.record(z.string(), z.string()) });

/** The Service's endpoints: pods that are Ready, and not about to go. */
function readyAddresses(store: Pick<Store, 'get' | 'list'>, { namespace, service }: Place): readonly string[] {
  const found = store.get('Service', namespace, service);
  if (found === null) return [];
  const { selector } = ServiceSpec.parse(found.spec);
  return store.list('Pod', namespace).filter((pod) => matchesLabels({ matchLabels: selector }, pod.metadata.labels) && isReady(pod)).flatMap(({ metadata }) => metadata.annotations?.[LISTENS_ON] ?? []);
}

function isReady({ metadata, status }: Pod): boolean {
  return metadata.deletionTimestamp === undefined && (status.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') ?? false);
}

function forward(message: IncomingMessage, response: ServerResponse, address: string): void {
  const { method = 'GET', url = '/', headers } = message;
  const forwarded = request(`http://${address}${url}`, { method, headers }, (answered) => {
    response.writeHead(answered.statusCode ?? 502, answered.headers);
    answered.pipe(response);
  });
  forwarded.on('error', (error) => {
    if (response.headersSent) response.destroy();
    else answer(response, 502, `The pod at ${address} did not answer: ${error.message}`);
  });
  message.pipe(forwarded);
}

function answer(response: ServerResponse, code: number, text: string): void {
  response.writeHead(code, { 'content-type': 'text/plain' }).end(`${text}\n`);
}
