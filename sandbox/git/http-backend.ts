import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { launch } from '../launcher/launch.ts';
import { gitEnvironment } from './run-git.ts';

let program: Promise<string> | undefined;

/**
 * The CGI program itself. As `git http-backend` it would be the child of a process that may end without it; and once its request is
 * cut it reads the end of its input for ever (pipe_fixed_length in git's http-backend.c), so it must be the one that is ended.
 */
function httpBackend(): Promise<string> {
  program ??= text(launch({ command: 'git', args: ['--exec-path'], env: gitEnvironment }).stdout).then((folder) => join(folder.trim(), 'git-http-backend'));
  return program;
}

/** Answers one request with `git http-backend`, a CGI program. `user` is set for who may push: git itself refuses the others. */
export async function answerWithGit(root: string, request: IncomingMessage, response: ServerResponse, user?: string): Promise<void> {
  const backend = launch({ command: await httpBackend(), args: [], env: cgiEnvironment(root, request, user) });
  backend.stderr.resume();
  backend.exited.catch(() => response.headersSent || response.writeHead(500).end('git could not be started\n'));
  if (response.closed) backend.kill();
  response.on('close', () => backend.kill());
  request.pipe(backend.stdin);
  relay(backend.stdout, response);
}

function cgiEnvironment(root: string, request: IncomingMessage, user: string | undefined): Record<string, string> {
  const { pathname, search } = new URL(request.url ?? '/', 'http://sandbox');
  const headers: readonly [variable: string, header: string][] = [
    ['CONTENT_TYPE', 'content-type'],
    ['CONTENT_LENGTH', 'content-length'],
    ['HTTP_CONTENT_ENCODING', 'content-encoding'],
    ['GIT_PROTOCOL', 'git-protocol'],
  ];
  const environment: Record<string, string> = { ...gitEnvironment };
  for (const [variable, header] of headers) {
    const value = request.headers[header];
    if (typeof value === 'string') environment[variable] = value;
  }
  return {
    ...environment,
    ...(user === undefined ? {} : { REMOTE_USER: user }),
    GIT_PROJECT_ROOT: root,
    GIT_HTTP_EXPORT_ALL: '1',
    PATH_INFO: decodeURIComponent(pathname),
    QUERY_STRING: search.slice(1),
    REQUEST_METHOD: request.method ?? 'GET',
    REMOTE_ADDR: '127.0.0.1',
  };
}

/** Turns the CGI answer (headers, empty line, body) into an HTTP one. */
function relay(output: Readable, response: ServerResponse): void {
  let head = Buffer.alloc(0);
  function readHead(chunk: Buffer): void {
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf('\r\n\r\n');
    if (end < 0) return;
    output.off('data', readHead);
    writeHead(head.toString('latin1', 0, end), response);
    response.write(head.subarray(end + 4));
    output.pipe(response, { end: false });
  }
  output.on('data', readHead);
  output.on('end', () => {
    if (!response.headersSent) response.writeHead(500);
    response.end();
  });
}

function writeHead(head: string, response: ServerResponse): void {
  let status = 200;
  for (const line of head.split('\r\n')) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon);
    const value = line.slice(colon + 1).trim();
    if (name === 'Status') status = Number(value.slice(0, 3));
    else response.setHeader(name, value);
  }
  response.writeHead(status);
}
