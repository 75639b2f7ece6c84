import type { Json } from '../service.ts';
import { type HttpRequest, type HttpResponse, type Protocol, unknownOperation } from './protocol.ts';

/** One operation of a REST service: where it is found, and how its input and output are spread over the HTTP message. */
export type Route = {
  readonly operation: string;
  readonly method: string;
  /** Decoded labels are the pattern's named groups. */
  readonly path: RegExp;
  readInput(labels: Readonly<Record<string, string>>, request: HttpRequest): unknown;
  writeOutput(output: Json): HttpResponse;
};

/** AWS REST-JSON: method and path name the operation. A route with a query is refused, because no operation in use has one. */
export function restProtocol(routes: readonly Route[]): Protocol {
  return {
    readRequest(request) {
      for (const route of routes) {
        const match = request.query.size === 0 && request.method === route.method ? route.path.exec(request.path) : null;
        if (match === null) continue;
        const labels = Object.entries(match.groups ?? {}).map(([name, text]) => [name, decodeURIComponent(text)]);
        return { operation: route.operation, input: route.readInput(Object.fromEntries(labels) as Record<string, string>, request) };
      }
      const query = request.query.size === 0 ? '' : `?${request.query.toString()}`;
      throw unknownOperation(`${request.method} ${request.path}${query}`);
    },
    writeResponse(operation, output, requestId) {
      const route = routes.find((candidate) => candidate.operation === operation);
      if (route === undefined) throw unknownOperation(operation);
      const response = route.writeOutput(output);
      return { ...response, headers: { 'content-type': 'application/json', 'x-amzn-requestid': requestId, ...response.headers } };
    },
    writeError: (error, requestId) => ({
      status: error.status,
      headers: { 'content-type': 'application/json', 'x-amzn-errortype': error.code, 'x-amzn-requestid': requestId },
      body: JSON.stringify({ message: error.message }),
    }),
  };
}
