import { STATUS_CODES } from 'node:http';

/** gRPC codes and the HTTP status that grpc-gateway gives each. */
const CODES = {
  InvalidArgument: { grpc: 3, http: 400 },
  NotFound: { grpc: 5, http: 404 },
  PermissionDenied: { grpc: 7, http: 403 },
  FailedPrecondition: { grpc: 9, http: 400 },
  Unimplemented: { grpc: 12, http: 501 },
  Internal: { grpc: 13, http: 500 },
  Unauthenticated: { grpc: 16, http: 401 },
} as const;

/** An answer of Argo CD's API that is not a success. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: keyof typeof CODES;

  constructor(code: keyof typeof CODES, message: string) {
    super(message);
    this.code = code;
  }

  get status(): number {
    return CODES[this.code].http;
  }

  /** The body of an ordinary call. */
  body(): unknown {
    return { error: this.message, code: CODES[this.code].grpc, message: this.message };
  }

  /** The body of a call to a stream, which has another shape. */
  streamBody(): unknown {
    return { error: { grpc_code: CODES[this.code].grpc, http_code: this.status, message: this.message, http_status: STATUS_CODES[this.status] } };
  }
}
