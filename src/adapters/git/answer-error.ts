import { ConfigurationError, type SlipwayError } from '../../domain/errors.ts';
import { oneLine } from '../../domain/one-line.ts';
import { statusError } from '../forge/answer-error.ts';
import type { HttpDownload } from '../http/http-client.ts';
import type { GitService, Remote } from './remote.ts';

/** What an HTTP answer means that holds no answer of Git. */
export function answerError(remote: Remote, service: GitService, response: HttpDownload): SlipwayError {
  const { status, headers } = response;
  const { name } = remote;
  if (status >= 300 && status < 400) return new ConfigurationError(`${name} has moved to ${destination(remote, response)}; change its URL.`);
  if (status === 200) return new ConfigurationError(`${name} does not answer as a Git server over smart HTTP; check its URL.`);
  return statusError(remote, service === 'git-receive-pack' ? 'write' : 'read', { status, headers, words: hostWords(response) });
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
