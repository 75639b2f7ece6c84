import {
  ConfigurationError,
  ForbiddenError,
  NotFoundError,
  RateLimitedError,
  RefusedError,
  type SlipwayError,
  TimeoutError,
  UnauthorizedError,
  UnavailableError,
} from '../../domain/errors.ts';
import { oneLine } from '../../domain/one-line.ts';
import type { HttpDownload } from '../http/http-client.ts';
import type { GitService, Remote } from './remote.ts';

/** What an HTTP answer means that holds no answer of Git. */
export function answerError(remote: Remote, service: GitService, response: HttpDownload): SlipwayError {
  const { status } = response;
  const { name, secret } = remote;
  const words = hostWords(response);
  const said = words === '' ? `HTTP ${status}` : `HTTP ${status}: ${words}`;
  const access = service === 'git-receive-pack' ? 'write' : 'read';
  const who = whoAsks(remote);
  if (status === 401) {
    if (secret === undefined) return new UnauthorizedError(`${name} asks for credentials; name their secret under credentials (${said}).`);
    return new UnauthorizedError(`${name} does not accept the credentials of secret ${secret}; put valid ones there (${said}).`);
  }
  if (status === 403) return noAccess(remote, access, said);
  if (status === 404 || status === 410) return new NotFoundError(`${name} does not exist, or is hidden from ${who}; check its URL and that they may read it (${said}).`);
  if (status === 408 || status === 504) return new TimeoutError(`${name} took too long to answer (${said}).`);
  if (status === 429) return new RateLimitedError(`${name} asks to slow down (${said}).`);
  if (status >= 500) return new UnavailableError(`${name} cannot answer now (${said}).`);
  if (status >= 300 && status < 400) return new ConfigurationError(`${name} has moved to ${destination(remote, response)}; change its URL.`);
  if (status === 200) return new ConfigurationError(`${name} does not answer as a Git server over smart HTTP; check its URL.`);
  return new RefusedError(`${name} refused to let ${who} ${access} (${said}).`);
}

/** @param said the host's words, or its status */
export function noAccess(remote: Remote, access: 'read' | 'write', said: string): ForbiddenError {
  return new ForbiddenError(`${remote.name} does not let ${whoAsks(remote)} ${access}; grant ${access} access to the repository (${said}).`);
}

function whoAsks({ secret }: Remote): string {
  return secret === undefined ? 'anonymous users' : `the user of secret ${secret}`;
}

/** The repository's new URL, which may be given by its path alone; without the query, which may hold a token. */
function destination({ url }: Remote, { headers }: HttpDownload): string {
  const moved = URL.parse(headers.location ?? '', url);
  if (headers.location === undefined || moved === null) return 'an unnamed place';
  return oneLine(`${moved.origin}${moved.pathname}`).replace(/\/(info\/refs|git-(upload|receive)-pack)$/, '');
}

/** What the host says in plain text; a web page is no message. */
function hostWords({ headers, body }: HttpDownload): string {
  return /^text\/plain\b/.test(headers['content-type'] ?? '') ? oneLine(body.toString('utf8', 0, 4000)) : '';
}
