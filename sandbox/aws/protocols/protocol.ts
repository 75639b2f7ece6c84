import type { IncomingHttpHeaders } from 'node:http';
import { AwsError, type Json } from '../service.ts';

export type HttpRequest = {
  readonly method: string;
  /** As sent, percent-encoded, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
};

export type HttpResponse = { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: string };

/** How one service's operations travel over HTTP. */
export type Protocol = {
  /** @throws AwsError that names an operation or route which the service does not have here */
  readRequest(request: HttpRequest): { readonly operation: string; readonly input: unknown };
  writeResponse(operation: string, output: Json, requestId: string): HttpResponse;
  writeError(error: AwsError, requestId: string): HttpResponse;
};

export function unknownOperation(asked: string): AwsError {
  return new AwsError('UnknownOperationException', `The sandbox does not know ${asked}.`, 404);
}
