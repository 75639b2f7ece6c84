import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { closeServer, listenOnLoopback } from '../loopback.ts';
import { answerWithGit } from './http-backend.ts';

export type GitCredential = { readonly username: string; readonly password: string; readonly access: 'read' | 'write' };

export type GitServerOptions = {
  /** Folder that holds the bare repositories, each as `<name>.git`. */
  readonly root: string;
  readonly credentials: readonly GitCredential[];
  /** Awaited when a push has arrived and before git sees it: what it commits makes that push lose the race. */
  readonly beforePush?: (repository: string) => Promise<void>;
};

export type GitServer = { readonly url: string; repositoryUrl(name: string): string; stop(): Promise<void> };

/** Serves bare repositories over smart HTTP on a free loopback port: real git behind a check of Basic credentials. */
export async function startGitServer(options: GitServerOptions): Promise<GitServer> {
  const server = createServer((request, response) => {
    answer(options, request, response).catch((error: unknown) => {
      response.writeHead(500).end(`${error instanceof Error ? error.message : String(error)}\n`);
    });
  });
  const url = `http://${await listenOnLoopback(server)}`;
  return {
    url,
    repositoryUrl: (name) => `${url}/${name}.git`,
    stop: () => closeServer(server),
  };
}

async function answer(options: GitServerOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const credential = authenticate(options.credentials, request.headers.authorization);
  if (credential === null) {
    refuse(request, response, 401, 'Failed to authenticate user');
    return;
  }
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://sandbox');
  const pushes = pathname.endsWith('/git-receive-pack') || searchParams.get('service') === 'git-receive-pack';
  if (pushes && credential.access === 'read') {
    refuse(request, response, 403, 'Forbidden');
    return;
  }
  if (request.method === 'POST' && pushes) await options.beforePush?.(pathname.split('/')[1]?.replace(/\.git$/, '') ?? '');
  await answerWithGit(options.root, request, response, credential.access === 'write' ? credential.username : undefined);
}

function refuse(request: IncomingMessage, response: ServerResponse, status: 401 | 403, text: string): void {
  request.resume();
  const realm = status === 401 ? { 'www-authenticate': 'Basic realm="Slipway sandbox"' } : {};
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', ...realm }).end(`${text}\n`);
}

function authenticate(credentials: readonly GitCredential[], header: string | undefined): GitCredential | null {
  const encoded = /^basic (.+)$/i.exec(header ?? '')?.[1];
  if (encoded === undefined) return null;
  const given = Buffer.from(encoded, 'base64').toString();
  return credentials.find(({ username, password }) => given === `${username}:${password}`) ?? null;
}
