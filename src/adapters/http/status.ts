import { ConfigurationError, ForbiddenError, NotFoundError, RateLimitedError, RefusedError, type SlipwayError, TimeoutError, UnauthorizedError, UnavailableError } from '../../domain/errors.ts';

/** What an answer means that is no success; how it is told, each adapter knows best. */
const ERRORS = {
  throttled: RateLimitedError,
  late: TimeoutError,
  unavailable: UnavailableError,
  unauthorized: UnauthorizedError,
  forbidden: ForbiddenError,
  missing: NotFoundError,
  moved: ConfigurationError,
  refused: RefusedError,
} as const satisfies Record<string, new (message: string, options?: ErrorOptions) => SlipwayError>;

export type Meaning = keyof typeof ERRORS;

/** What an HTTP status means, whoever answers (RFC 9110, 15; RFC 6585, 4). */
export function meaningOf(status: number): Meaning {
  if (status === 429) return 'throttled';
  if (status === 408 || status === 504) return 'late';
  if (status >= 500) return 'unavailable';
  if (status === 401) return 'unauthorized';
  if (status === 403) return 'forbidden';
  if (status === 404 || status === 410) return 'missing';
  return status < 400 ? 'moved' : 'refused';
}

export function errorOf(meaning: Meaning, message: string, options?: ErrorOptions): SlipwayError {
  return new ERRORS[meaning](message, options);
}
