import * as z from 'zod/mini';
import { ConfigurationError, ForbiddenError, NotFoundError, RateLimitedError, RefusedError, TimeoutError, UnauthorizedError, UnavailableError } from '../../domain/errors.ts';
import { oneLine } from '../../domain/one-line.ts';
import { isSourceDown } from '../../domain/source-down.ts';

/** What a refused call was about, for its message. */
export type CallContext = {
  /** `Argo CD at https://…`. */
  readonly server: string;
  /** What was asked, as `read Application inference-dev of project inference`. */
  readonly call: string;
  /** Name of the secret that holds the token. */
  readonly secret: string;
};

/** An answer that is not a success, before it is known what it means. */
export type Refusal = { readonly status: number; readonly code: number | null; readonly message: string };

/** gRPC codes that Argo CD's gateway puts into the body: several meanings share HTTP 400, 403 and 500. */
const GRPC = { invalidArgument: 3, deadlineExceeded: 4, notFound: 5, permissionDenied: 7, resourceExhausted: 8, unavailable: 14, unauthenticated: 16 } as const;

const Body = z.object({ code: z.optional(z.number()), message: z.optional(z.string()) });
/** On a stream, errors have another shape than elsewhere. */
const StreamBody = z.object({ error: z.object({ grpc_code: z.optional(z.number()), http_code: z.optional(z.number()), message: z.optional(z.string()) }) });

/** Reads code and text of a refusal, whichever of its shapes it has. */
export function parseRefusal(status: number, body: string): Refusal {
  const json = parseJson(body);
  const streamed = StreamBody.safeParse(json);
  if (streamed.success) {
    const { grpc_code: code, http_code: httpCode, message } = streamed.data.error;
    return { status: httpCode ?? status, code: code ?? null, message: oneLine(message ?? '') };
  }
  const plain = Body.safeParse(json);
  if (plain.success) return { status, code: plain.data.code ?? null, message: oneLine(plain.data.message ?? '') };
  return { status, code: null, message: oneLine(body) };
}

/** The domain's error for a refusal: by code and text, since the HTTP status alone says little. */
export function refusalError(refusal: Refusal, { server, call, secret }: CallContext): Error {
  const { status, code, message } = refusal;
  const said = message === '' ? `HTTP ${status}` : message;
  if (code === GRPC.unauthenticated || status === 401) {
    return new UnauthorizedError(`${server} refused our token: create a new project-role token and put it into secret ${secret} (${said})`);
  }
  if (isWindow(refusal)) return new RefusedError(`${server} refused to ${call}: ${said}`);
  if (code === GRPC.permissionDenied || status === 403) {
    return new ForbiddenError(`${server} does not let our token ${call}: give its project role get and sync on the Application (${said})`);
  }
  // A bare 404 is a wrong URL: Argo CD's own answer carries the code.
  if (code === GRPC.notFound) return new NotFoundError(`${server} could not ${call}: ${said}; check the names of the Application and its project`);
  if (status === 429 || code === GRPC.resourceExhausted) return new RateLimitedError(`${server} asks to slow down: ${said}`);
  if (status === 504 || code === GRPC.deadlineExceeded || message.includes('deadline exceeded')) return new TimeoutError(`${server} took too long to ${call}: ${said}`);
  if (status === 415) return new UnavailableError(`${server} refused to ${call}: ${said}; a proxy changed the content type of the request`);
  if (status >= 500 || code === GRPC.unavailable || status === 409 || couldNotResolve(refusal)) return new UnavailableError(`${server} could not ${call}: ${said}`);
  if (status === 404 || status < 400) return new ConfigurationError(`${server} is not the API of Argo CD: it answered HTTP ${status}; set its URL to the one of argocd-server`);
  return new RefusedError(`${server} refused to ${call}: ${said}`);
}

/** Argo CD could not reach its repo-server, or that not the Git host. Its API calls it a refusal, as a branch that does not exist. */
function couldNotResolve({ message }: Refusal): boolean {
  return message.includes('error resolving repo revision') && isSourceDown(message);
}

/** A right that is missing, or anything else that kept Argo CD from reading the Application: it says no more to either. */
export function hidesReason(error: unknown): error is ForbiddenError {
  return error instanceof ForbiddenError && error.message.endsWith('(permission denied)');
}

/** Seen wrapped, so it is looked for inside the message. */
export function isBusy({ code, message }: Refusal): boolean {
  return code === 9 && message.includes('another operation is already in progress');
}

/** No operation is requested or runs, or the requested one has not begun. */
export function isIdle({ code, message }: Refusal): boolean {
  return code === GRPC.invalidArgument && message.includes('No operation is in progress');
}

/** Shares code and status with a missing right. */
export function isWindow({ message }: Refusal): boolean {
  return message.includes('blocked by sync window');
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
