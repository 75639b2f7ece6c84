import type { AwsError, Json } from '../service.ts';
import { type Protocol, unknownOperation } from './protocol.ts';

/** Codes that the query services spell in their own way. */
const QUERY_CODES: Readonly<Record<string, string>> = {
  AccessDeniedException: 'AccessDenied',
  IncompleteSignatureException: 'IncompleteSignature',
  InvalidSignatureException: 'SignatureDoesNotMatch',
  MissingAuthenticationTokenException: 'MissingAuthenticationToken',
  UnknownOperationException: 'InvalidAction',
  UnrecognizedClientException: 'InvalidClientTokenId',
  ValidationError: 'ValidationError',
};

/** AWS query: a form names Action and Version, the answer is XML. Members of a request are texts: no operation in use takes lists or structures. */
export function queryProtocol(version: string, namespace: string): Protocol {
  const headers = (requestId: string): Record<string, string> => ({ 'content-type': 'text/xml', 'x-amzn-requestid': requestId });
  const xml = (root: string, ...content: string[]): string => `<${root} xmlns="${namespace}">${content.join('')}</${root}>`;
  return {
    readRequest(request) {
      const { Action: operation = '', Version: asked = '', ...input } = Object.fromEntries(new URLSearchParams(request.body.toString()));
      if (request.method !== 'POST' || asked !== version) throw unknownOperation(`${request.method} ${request.path} with Action ${operation} of version ${asked}`);
      return { operation, input };
    },
    writeResponse: (operation, output, requestId) => ({
      status: 200,
      headers: headers(requestId),
      body: xml(`${operation}Response`, element(`${operation}Result`, members(output)), element('ResponseMetadata', element('RequestId', requestId))),
    }),
    writeError: (error, requestId) => ({ status: error.status, headers: headers(requestId), body: xml('ErrorResponse', fault(error), element('RequestId', requestId)) }),
  };
}

function fault({ code, message, status }: AwsError): string {
  const sender = status >= 500 ? 'Receiver' : 'Sender';
  return element('Error', element('Type', sender) + element('Code', QUERY_CODES[code] ?? code) + element('Message', escapeXml(message)));
}

/** Structures as elements by name, lists as elements named `member`. */
function members(output: Json): string {
  if (Array.isArray(output)) return output.map((item: Json) => element('member', members(item))).join('');
  if (typeof output !== 'object' || output === null) return escapeXml(String(output));
  return Object.entries(output as Record<string, Json>).map(([name, value]) => element(name, members(value))).join('');
}

function element(name: string, content: string): string {
  return `<${name}>${content}</${name}>`;
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
