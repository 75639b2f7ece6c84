import type { IncomingHttpHeaders } from 'node:http';
import { ConfigurationError, ForbiddenError, RateLimitedError, type SlipwayError } from '../../domain/errors.ts';
import { errorOf, meaningOf, type Meaning } from '../http/status.ts';

/** Who was asked, and with whose credentials, as messages name them. */
export type Asked = {
  /** `Git repository https://…`. */
  readonly name: string;
  /** Name of the secret behind the credentials; absent for anonymous access. */
  readonly secret?: string;
};

export type Access = 'read' | 'write';

export type FailedAnswer = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** The host's own words on one line; empty where it has none. */
  readonly words: string;
};

/** The error for an HTTP status that is no success, of a Git server as of a forge's API. */
export function statusError(asked: Asked, access: Access, answer: FailedAnswer): SlipwayError {
  const { status, words } = answer;
  const said = words === '' ? `HTTP ${status}` : `HTTP ${status}: ${words}`;
  if (asksToSlowDown(answer)) return slowDown(asked, answer.headers, said);
  const meaning = meaningOf(status);
  return meaning === 'forbidden' ? noAccess(asked, access, said) : errorOf(meaning, `${asked.name} ${TELL[meaning](asked, access)} (${said}).`);
}

const TELL: Readonly<Record<Exclude<Meaning, 'forbidden'>, (asked: Asked, access: Access) => string>> = {
  throttled: () => 'asks to slow down',
  late: () => 'took too long to answer',
  unavailable: () => 'cannot answer now',
  unauthorized: ({ secret }) =>
    secret === undefined ? 'asks for credentials; name their secret under credentials' : `does not accept the credentials of secret ${secret}; put valid ones there`,
  missing: (asked) => `does not exist, or is hidden from ${whoAsks(asked)}; check its URL and that they may read it`,
  moved: () => 'has moved; change its URL',
  refused: (asked, access) => `refused to let ${whoAsks(asked)} ${access}`,
};

/** @param said the host's words, or its status */
export function noAccess(asked: Asked, access: Access, said: string): ForbiddenError {
  return new ForbiddenError(`${asked.name} does not let ${whoAsks(asked)} ${access}; grant ${access} access to the repository (${said}).`);
}

/** @param what the host's word for pull requests */
export function turnedOff({ name }: Asked, what: string): ConfigurationError {
  return new ConfigurationError(`${name} has its ${what} turned off; turn them on in its settings, or set delivery: commit.`);
}

/** @param said the host's words, or its status */
export function slowDown({ name }: Asked, headers: IncomingHttpHeaders, said: string): RateLimitedError {
  return new RateLimitedError(`${name} asks to slow down${untilWhen(headers)} (${said}).`);
}

/** GitHub says it with 403, too: with nothing remaining, or a time to wait for. */
function asksToSlowDown({ status, headers }: FailedAnswer): boolean {
  return status === 429 || (status === 403 && (headers['x-ratelimit-remaining'] === '0' || headers['retry-after'] !== undefined));
}

/** When the limit is reset, in epoch seconds (GitHub, GitLab, Gitea's proxies), or how long to wait (RFC 9110, 10.2.3). */
function untilWhen(headers: IncomingHttpHeaders): string {
  const reset = Number(headers['x-ratelimit-reset'] ?? headers['ratelimit-reset']);
  if (reset > 0 && reset < 1e11) return ` until ${new Date(reset * 1000).toISOString()}`;
  const wait = Number(headers['retry-after']);
  return wait >= 0 ? ` for ${wait} s` : '';
}

function whoAsks({ secret }: Asked): string {
  return secret === undefined ? 'anonymous users' : `the user of secret ${secret}`;
}
