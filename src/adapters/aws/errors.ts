import * as z from 'zod/mini';
import { ConflictError } from '../../domain/errors.ts';
import { errorOf, meaningOf, type Meaning } from '../http/status.ts';

/** What an adapter was doing, for the message of the error that it ends in. */
export type AwsAction = {
  /** Completes "Cannot …", naming the object: `read secret slipway/git`. */
  readonly doing: string;
  /** The IAM action that the call needs: `secretsmanager:GetSecretValue`. */
  readonly needs: string;
  /** What to do when the object does not exist; without it, to check the name. */
  readonly ifMissing?: string;
};

/** The fields of an SDK's error that say what it means; a network error has a code only. */
const SdkError = z.object({
  name: z.string(),
  message: z.string(),
  code: z.optional(z.string()),
  $metadata: z.optional(z.object({ httpStatusCode: z.optional(z.number()) })),
});
type SdkError = z.output<typeof SdkError>;

const FIXES: Readonly<Record<Meaning | 'conflict', (action: AwsAction) => string>> = {
  throttled: () => 'try again later',
  late: () => 'try again',
  unavailable: () => 'try again',
  conflict: () => 'read it again and retry',
  unauthorized: () => 'check the AWS credentials, their expiry and the clock',
  forbidden: ({ needs }) => `allow ${needs} in the role's policy`,
  missing: ({ ifMissing }) => ifMissing ?? 'check the name and the region',
  moved: () => 'check the region',
  refused: () => 'correct the request',
};

const THROTTLED = /Throttl|TooManyRequests|RequestLimitExceeded|ProvisionedThroughputExceeded|SlowDown/;
const LATE = /^(TimeoutError|AbortError|RequestTimeout|RequestTimeoutException)$|ETIMEDOUT/;
const UNREACHABLE = /ECONNREFUSED|ECONNRESET|EPIPE|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH/;
const UNAUTHORIZED = /UnrecognizedClient|InvalidSignature|SignatureDoesNotMatch|IncompleteSignature|ExpiredToken|InvalidClientTokenId|InvalidAccessKeyId|MissingAuthenticationToken|CredentialsProviderError|RequestExpired/;
const FORBIDDEN = /AccessDenied|NotAuthorized|UnauthorizedOperation/;
const MISSING = /NotFound|DoesNotExist|NoSuch/;
const CONFLICT = /ConditionalCheckFailed|TransactionConflict/;

/** Turns an error of an AWS SDK call into the domain's. Anything else, a defect of ours, is returned as it is. */
export function awsError(error: unknown, action: AwsAction): unknown {
  const sdkError = SdkError.safeParse(error);
  if (!sdkError.success) return error;
  const kind = kindOf(sdkError.data);
  if (kind === null) return error;
  const { name, code, message } = sdkError.data;
  const reason = message === '' ? (code ?? name) : message.replace(/\.$/, '');
  const told = `Cannot ${action.doing}: ${name}: ${reason}; ${FIXES[kind](action)}.`;
  return kind === 'conflict' ? new ConflictError(told, { cause: error }) : errorOf(kind, told, { cause: error });
}

/** By its name where that says it: most of AWS's refusals have status 400. */
function kindOf({ name, code = '', $metadata }: SdkError): Meaning | 'conflict' | null {
  const status = $metadata?.httpStatusCode;
  if (THROTTLED.test(name)) return 'throttled';
  // First: the SDK calls a connection that was cut a TimeoutError, too.
  if (UNREACHABLE.test(code)) return 'unavailable';
  if (LATE.test(name) || LATE.test(code)) return 'late';
  if (UNAUTHORIZED.test(name)) return 'unauthorized';
  if (FORBIDDEN.test(name)) return 'forbidden';
  if (CONFLICT.test(name)) return 'conflict';
  if (MISSING.test(name)) return 'missing';
  return status === undefined || status < 400 ? null : meaningOf(status);
}

/** Runs one SDK call and turns its error into the domain's. */
export async function callAws<Answer>(action: AwsAction, call: () => Promise<Answer>): Promise<Answer> {
  try {
    return await call();
  } catch (error) {
    throw awsError(error, action);
  }
}
