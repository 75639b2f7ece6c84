import * as z from 'zod/mini';
import {
  ConflictError,
  ForbiddenError,
  NotFoundError,
  RateLimitedError,
  RefusedError,
  type SlipwayError,
  TimeoutError,
  UnauthorizedError,
  UnavailableError,
} from '../../domain/errors.ts';

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

type Kind = { readonly create: new (message: string, options: ErrorOptions) => SlipwayError; readonly fix: (action: AwsAction) => string };

const KINDS = {
  throttled: { create: RateLimitedError, fix: () => 'try again later' },
  late: { create: TimeoutError, fix: () => 'try again' },
  unavailable: { create: UnavailableError, fix: () => 'try again' },
  conflict: { create: ConflictError, fix: () => 'read it again and retry' },
  unauthorized: { create: UnauthorizedError, fix: () => 'check the AWS credentials, their expiry and the clock' },
  forbidden: { create: ForbiddenError, fix: ({ needs }) => `allow ${needs} in the role's policy` },
  missing: { create: NotFoundError, fix: ({ ifMissing }) => ifMissing ?? 'check the name and the region' },
  refused: { create: RefusedError, fix: () => 'correct the request' },
} as const satisfies Record<string, Kind>;

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
  const { create, fix } = KINDS[kind];
  const { name, code, message } = sdkError.data;
  const reason = message === '' ? (code ?? name) : message.replace(/\.$/, '');
  return new create(`Cannot ${action.doing}: ${name}: ${reason}; ${fix(action)}.`, { cause: error });
}

function kindOf({ name, code = '', $metadata }: SdkError): keyof typeof KINDS | null {
  const status = $metadata?.httpStatusCode;
  if (THROTTLED.test(name) || status === 429) return 'throttled';
  // First: the SDK calls a connection that was cut a TimeoutError, too.
  if (UNREACHABLE.test(code)) return 'unavailable';
  if (LATE.test(name) || LATE.test(code)) return 'late';
  if (UNAUTHORIZED.test(name) || status === 401) return 'unauthorized';
  if (FORBIDDEN.test(name) || status === 403) return 'forbidden';
  if (CONFLICT.test(name)) return 'conflict';
  if (MISSING.test(name) || status === 404) return 'missing';
  if (status !== undefined && status >= 500) return 'unavailable';
  return status !== undefined && status >= 400 ? 'refused' : null;
}

/** Runs one SDK call and turns its error into the domain's. */
export async function callAws<Answer>(action: AwsAction, call: () => Promise<Answer>): Promise<Answer> {
  try {
    return await call();
  } catch (error) {
    throw awsError(error, action);
  }
}
