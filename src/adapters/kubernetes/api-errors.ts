import * as z from 'zod/mini';
import { ConfigurationError, type SlipwayError, UnavailableError } from '../../domain/errors.ts';
import { errorOf, meaningOf, type Meaning } from '../http/status.ts';

/** What was asked of a cluster, for messages. */
export type Asked = { readonly cluster: string; readonly what: string };

/** The API answered with an error. `status` is that of HTTP, or `code` of a Status object inside a watch. */
export class ApiStatusError extends Error {
  override readonly name = 'ApiStatusError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }

  /** @param body a Status object, or whatever a proxy sent instead: of that, nothing is repeated */
  static of(status: number, body: unknown): ApiStatusError {
    const parsed = StatusSchema.safeParse(body);
    return new ApiStatusError(status, parsed.success ? parsed.data.message : '');
  }
}

const StatusSchema = z.object({ kind: z.literal('Status'), message: z._default(z.string(), '') });

/** Ways of saying that a resource version is too old to go on from: list again. */
export function isExpired(error: unknown): boolean {
  return error instanceof ApiStatusError && error.status === 410;
}

/** Whether the same request may succeed later. */
export function isTransient(error: unknown): boolean {
  if (error instanceof ApiStatusError) return error.status === 429 || error.status >= 500;
  return certificateProblem(error) === null && isNetworkError(error);
}

/** Whether the API says that it does not know us, or that we may not. */
export function isRefusal(error: unknown): boolean {
  return error instanceof ApiStatusError && (error.status === 401 || error.status === 403);
}

/** The error as steps know it. Anything that is neither the API's nor the network's is a defect or already told: passed on. */
export function describeFailure(error: unknown, asked: Asked): unknown {
  if (error instanceof ApiStatusError) return statusError(error, asked);
  const certificate = certificateProblem(error);
  if (certificate !== null) {
    return new ConfigurationError(`Cluster ${asked.cluster} shows a certificate that its CA does not vouch for (${certificate}); check the cluster's endpoint and CA in EKS.`);
  }
  if (!isNetworkError(error)) return error;
  return new UnavailableError(`Cluster ${asked.cluster} cannot be reached (${networkCode(error)}); check its endpoint, and the subnets and security groups of this function.`);
}

function statusError({ status, message }: ApiStatusError, { cluster, what }: Asked): SlipwayError {
  const meaning = meaningOf(status);
  return errorOf(meaning, `Cluster ${cluster} ${TELL[meaning](what, firstLine(message) || `HTTP ${status} to ${what}`)}.`);
}

const TELL: Readonly<Record<Meaning, (what: string, said: string) => string>> = {
  throttled: (what, said) => `is too busy to ${what} (${said}); it is tried again`,
  late: (what, said) => `took too long to ${what} (${said}); it is tried again`,
  unavailable: (what, said) => `cannot ${what} (${said}); it is tried again`,
  unauthorized: (_, said) => `refuses the token of this function's role (${said}); run the stack's AccessEntryCommand for it, or check that the role's credentials are current`,
  forbidden: (_, said) => `says: ${said}; docs/rbac.yaml shows the Role that this function's role needs`,
  missing: (what, said) => `has no ${what} (${said}); check the cluster's version`,
  moved: (what, said) => `refuses to ${what}: ${said}`,
  refused: (what, said) => `refuses to ${what}: ${said}`,
};

/** fetch says `fetch failed`, and hides what happened in its cause. */
function networkCode(error: unknown): string {
  if (error instanceof SilenceError) return error.message;
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause instanceof Error) return 'code' in cause ? String(cause.code) : cause.name;
  return error instanceof Error ? error.name : 'unknown';
}

function isNetworkError(error: unknown): boolean {
  return (error instanceof TypeError && (error.message === 'fetch failed' || error.message === 'terminated')) || error instanceof SilenceError;
}

function certificateProblem(error: unknown): string | null {
  const code = networkCode(error);
  return /CERT|UNABLE_TO|SELF_SIGNED/.test(code) ? code : null;
}

/** Nothing came for so long that the connection may be dead. */
export class SilenceError extends Error {
  override readonly name = 'SilenceError';
}

function firstLine(message: string): string {
  return (message.trim().split(/\r?\n/, 1)[0] ?? '').slice(0, 500).replace(/\.$/, '');
}
