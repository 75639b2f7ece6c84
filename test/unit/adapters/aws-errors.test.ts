import { describe, expect, it } from 'vitest';
import { awsError, callAws } from '../../../src/adapters/aws/errors.ts';

const ACTION = { doing: 'read secret slipway/git', needs: 'secretsmanager:GetSecretValue', ifMissing: 'create it' };

/** An error as the SDK throws it: of a service with a status, of the network with a code. */
function anSdkError(name: string, { status, code, message = 'The reason.' }: { status?: number; code?: string; message?: string } = {}): Error {
  const $metadata = status === undefined ? undefined : { httpStatusCode: status };
  return Object.assign(new Error(message), { name }, code !== undefined && { code }, $metadata !== undefined && { $metadata });
}

describe('awsError', () => {
  it.each([
    ['ThrottlingException', { status: 400 }, 'RateLimitedError'],
    ['ProvisionedThroughputExceededException', { status: 400 }, 'RateLimitedError'],
    ['UnknownError', { status: 429 }, 'RateLimitedError'],
    ['TimeoutError', {}, 'TimeoutError'],
    ['Error', { code: 'ETIMEDOUT' }, 'TimeoutError'],
    ['Error', { code: 'ECONNREFUSED' }, 'UnavailableError'],
    ['Error', { code: 'ENOTFOUND' }, 'UnavailableError'],
    ['InternalServerError', { status: 500 }, 'UnavailableError'],
    ['ServiceUnavailable', { status: 503 }, 'UnavailableError'],
    ['ExpiredTokenException', { status: 400 }, 'UnauthorizedError'],
    ['UnrecognizedClientException', { status: 400 }, 'UnauthorizedError'],
    ['CredentialsProviderError', {}, 'UnauthorizedError'],
    ['AccessDeniedException', { status: 400 }, 'ForbiddenError'],
    ['Unknown', { status: 403 }, 'ForbiddenError'],
    ['ResourceNotFoundException', { status: 400 }, 'NotFoundError'],
    ['ExecutionDoesNotExist', { status: 400 }, 'NotFoundError'],
    ['ConditionalCheckFailedException', { status: 400 }, 'ConflictError'],
    ['ValidationException', { status: 400 }, 'RefusedError'],
  ])('turns %s %j into %s', (name, wire, expected) => {
    expect(awsError(anSdkError(name, wire), ACTION)).toMatchObject({ name: expected });
  });

  it.each([
    ['AccessDeniedException', "Cannot read secret slipway/git: AccessDeniedException: The reason; allow secretsmanager:GetSecretValue in the role's policy."],
    ['ResourceNotFoundException', 'Cannot read secret slipway/git: ResourceNotFoundException: The reason; create it.'],
    ['ThrottlingException', 'Cannot read secret slipway/git: ThrottlingException: The reason; try again later.'],
  ])('says of %s what was being done, why it failed and what to do', (name, message) => {
    expect(awsError(anSdkError(name, { status: 400 }), ACTION)).toMatchObject({ message });
  });

  it('keeps the cause, and names the code of an error without a message', () => {
    const cause = anSdkError('AggregateError', { code: 'ECONNREFUSED', message: '' });
    expect(awsError(cause, ACTION)).toMatchObject({ cause, message: 'Cannot read secret slipway/git: AggregateError: ECONNREFUSED; try again.' });
  });

  it.each([new TypeError('x is not a function'), 'text', undefined])('leaves a defect of ours as it is: %s', async (defect) => {
    expect(awsError(defect, ACTION)).toBe(defect);
    await expect(callAws(ACTION, () => Promise.reject(defect as Error))).rejects.toBe(defect);
  });
});
