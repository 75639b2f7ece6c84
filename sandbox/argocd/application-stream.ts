import type { ServerResponse } from 'node:http';
import { isAllowed } from './project-policy.ts';
import type { Application } from './application-store.ts';
import type { Claims } from './session.ts';
import type { World } from './world.ts';

export type StreamRequest = { readonly claims: Claims; readonly query: URLSearchParams; readonly serverSentEvents: boolean };

/**
 * Sends the Applications asked for, then each change, until the client goes. Without rights, or with a name or namespace that does
 * not exist, the stream stays open and silent, as the real one's does. Only server-sent events have a keep-alive.
 */
export function streamApplications(world: World, { claims, query, serverSentEvents }: StreamRequest, response: ServerResponse): void {
  response.writeHead(200, { 'content-type': serverSentEvents ? 'text/event-stream' : 'application/json', 'cache-control': 'no-cache' });
  response.flushHeaders();
  const send = (type: 'ADDED' | 'MODIFIED' | 'DELETED', application: Application): void => {
    if (!isWanted(world, claims, query, application)) return;
    const line = JSON.stringify({ result: { type, application } });
    response.write(serverSentEvents ? `data: ${line} \n\n` : `${line}\n`);
  };
  world.store.all().forEach((application) => send('ADDED', application));
  const unsubscribe = world.store.subscribe(send);
  const keepAlive = setInterval(() => serverSentEvents && response.write(':\n'), world.delays.keepAlive);
  response.on('close', () => {
    unsubscribe();
    clearInterval(keepAlive);
  });
}

function isWanted(world: World, claims: Claims, query: URLSearchParams, { metadata: { name }, spec: { project } }: Application): boolean {
  const is = (parameter: string, value: string) => ['', value].includes(query.get(parameter) ?? '');
  const asked = is('name', name) && is('project', project) && is('appNamespace', 'argocd');
  return asked && isAllowed(world.projects.values(), claims.sub, 'applications', 'get', `${project}/${name}`);
}
