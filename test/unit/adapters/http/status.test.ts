import { describe, expect, it } from 'vitest';
import { errorOf, meaningOf } from '../../../../src/adapters/http/status.ts';
import { isRetryable } from '../../../../src/domain/errors.ts';

describe('the status of an answer that is no success', () => {
  it.each([
    [301, 'ConfigurationError', false],
    [400, 'RefusedError', false],
    [401, 'UnauthorizedError', false],
    [403, 'ForbiddenError', false],
    [404, 'NotFoundError', false],
    [408, 'TimeoutError', true],
    [409, 'RefusedError', false],
    [410, 'NotFoundError', false],
    [422, 'RefusedError', false],
    [429, 'RateLimitedError', true],
    [500, 'UnavailableError', true],
    [502, 'UnavailableError', true],
    [503, 'UnavailableError', true],
    [504, 'TimeoutError', true],
  ])('%i is a %s', (status, name, retried) => {
    const cause = new Error('what came');
    const error = errorOf(meaningOf(status), 'It says no.', { cause });
    expect(error).toMatchObject({ name, message: 'It says no.', cause });
    expect(isRetryable(error)).toBe(retried);
  });
});
