import { type Protocol, unknownOperation } from './protocol.ts';

const HEADERS = { 'content-type': 'application/json' };

/** AWS query in a presigned URL, answered in JSON to who accepts that. What belongs to the signature is no input. */
export function signedUrlProtocol(version: string): Protocol {
  return {
    readRequest({ method, path, query, headers }) {
      const { Action: operation = '', Version: asked = '', ...input } = Object.fromEntries([...query].filter(([name]) => !name.startsWith('X-Amz-')));
      if (asked !== version) throw unknownOperation(`${method} ${path} with Action ${operation} of version ${asked}`);
      if (headers.accept !== 'application/json') throw unknownOperation(`${method} ${path} with Accept ${headers.accept ?? ''}; it answers application/json`);
      return { operation, input };
    },
    writeResponse: (operation, output: unknown, requestId) => ({
      status: 200,
      headers: HEADERS,
      body: JSON.stringify({ [`${operation}Response`]: { [`${operation}Result`]: output, ResponseMetadata: { RequestId: requestId } } }),
    }),
    writeError: ({ code, message, status }, requestId) => ({ status, headers: HEADERS, body: JSON.stringify({ Error: { Type: 'Sender', Code: code, Message: message }, RequestId: requestId }) }),
  };
}
