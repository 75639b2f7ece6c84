/**
 * Why something could not be found out or done. The `name` is a literal because it is the state machine's `ErrorEquals`, and a
 * bundler may rename a class. A message says what failed, on what, why, and what to do next; it never holds a credential.
 */
export abstract class SlipwayError extends Error {
  abstract override readonly name: string;
}

/** A system did not answer, or answered that it cannot now: refused or cut connection, 5xx. Retried. */
export class UnavailableError extends SlipwayError {
  override readonly name = 'UnavailableError';
}

/** A system did not answer in time. Retried. */
export class TimeoutError extends SlipwayError {
  override readonly name = 'TimeoutError';
}

/** A system asks us to slow down: 429 and its like. Retried. */
export class RateLimitedError extends SlipwayError {
  override readonly name = 'RateLimitedError';
}

/** A race was lost: the branch head or the item changed since it was read. Read again and retry. */
export class ConflictError extends SlipwayError {
  override readonly name = 'ConflictError';
}

/** Our credentials are not accepted (401). Final: no retry mends a token. */
export class UnauthorizedError extends SlipwayError {
  override readonly name = 'UnauthorizedError';
}

/** Our credentials are accepted, but the right is missing (403). Final. */
export class ForbiddenError extends SlipwayError {
  override readonly name = 'ForbiddenError';
}

/** The named thing does not exist: Application, branch, file, secret, image. Final. */
export class NotFoundError extends SlipwayError {
  override readonly name = 'NotFoundError';
}

/** What we were given cannot be used: input, configuration, a values file that cannot be edited safely. Final. */
export class ConfigurationError extends SlipwayError {
  override readonly name = 'ConfigurationError';
}

/** A system's final no, in its own words: protected branch, declined push, closed sync window. */
export class RefusedError extends SlipwayError {
  override readonly name = 'RefusedError';
}

/** The release ended failed or errored in a target. Thrown in one place: ConcludeRelease. */
export class DeploymentFailed extends SlipwayError {
  override readonly name = 'DeploymentFailed';
}

/** The errors that the state machine retries, by their names under `Retry` in deploy.asl.json. */
export const RETRYABLE_ERRORS = ['UnavailableError', 'TimeoutError', 'RateLimitedError', 'ConflictError'] as const;

/** Whether the state machine retries it, so that asking again may help. */
export function isRetryable(error: unknown): boolean {
  return error instanceof Error && RETRYABLE_ERRORS.some((name) => name === error.name);
}
