import { AwsError } from '../service.ts';
import { type HttpRequest, type Protocol, unknownOperation } from './protocol.ts';

/** AWS JSON 1.0 and 1.1: the operation is in `X-Amz-Target`, after the service's own prefix. */
export function jsonProtocol(version: '1.0' | '1.1', target: string): Protocol {
  const headers = (requestId: string): Record<string, string> => ({ 'content-type': `application/x-amz-json-${version}`, 'x-amzn-requestid': requestId });
  return {
    readRequest(request) {
      const asked = String(request.headers['x-amz-target']);
      if (request.method !== 'POST' || !asked.startsWith(`${target}.`)) throw unknownOperation(`${request.method} ${request.path} with X-Amz-Target ${asked}`);
      return { operation: asked.slice(target.length + 1), input: readBody(request) };
    },
    writeResponse: (_operation, output, requestId) => ({ status: 200, headers: headers(requestId), body: JSON.stringify(output ?? {}) }),
    writeError: (error, requestId) => ({
      // These services answer every fault of the caller with 400, refusals by IAM too.
      status: error.status >= 500 ? error.status : 400,
      headers: headers(requestId),
      body: JSON.stringify({ __type: error.code, message: error.message }),
    }),
  };
}

function readBody({ body }: HttpRequest): unknown {
  if (body.length === 0) return {};
  try {
    return JSON.parse(body.toString());
  } catch {
    throw new AwsError('SerializationException', 'The body of the request is not JSON.');
  }
}
