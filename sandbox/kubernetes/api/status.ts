import { qualifiedName } from '../resources.ts';
import type { Attributes, User } from '../rbac.ts';

type Details = { readonly name?: string; readonly group?: string; readonly kind?: string };

/** Kubernetes' answer when a request fails. */
export type Status = {
  readonly kind: 'Status';
  readonly apiVersion: 'v1';
  readonly metadata: Record<string, never>;
  readonly status: 'Failure';
  readonly message: string;
  readonly reason: string;
  readonly details?: Details;
  readonly code: number;
};

/** Ends a request with a Status. */
export class StatusError extends Error {
  override readonly name = 'StatusError';
  readonly status: Status;

  constructor(code: number, reason: string, message: string, details?: Details) {
    super(message);
    this.status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message, reason, ...(details === undefined ? {} : { details }), code };
  }
}

export function unauthorized(): StatusError {
  return new StatusError(401, 'Unauthorized', 'Unauthorized');
}

export function forbidden({ username }: User, attributes: Attributes): StatusError {
  if ('path' in attributes) return new StatusError(403, 'Forbidden', `forbidden: User "${username}" cannot ${attributes.verb} path "${attributes.path}"`, {});
  const { verb, group, resource, namespace, name } = attributes;
  const where = namespace === null ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  const [plural = resource] = resource.split('/');
  const what = `${qualifiedName(group, plural)}${name === null ? '' : ` "${name}"`}`;
  return new StatusError(403, 'Forbidden', `${what} is forbidden: User "${username}" cannot ${verb} resource "${resource}" in API group "${group}" ${where}`, detailsOf(group, plural, name));
}

export function objectNotFound(group: string, plural: string, name: string): StatusError {
  return new StatusError(404, 'NotFound', `${qualifiedName(group, plural)} "${name}" not found`, detailsOf(group, plural, name));
}

/** A path that the stand-in does not serve. The message names it, because kubectl prints no more than the message. */
export function notServed(method: string, path: string): StatusError {
  return new StatusError(404, 'NotFound', `the server could not find the requested resource: the sandbox does not serve ${method} ${path}`, {});
}

export function methodNotAllowed(method: string, path: string): StatusError {
  const message = `the server does not allow this method on the requested resource: the sandbox does not serve ${method} ${path}, its objects change through Git and Argo CD`;
  return new StatusError(405, 'MethodNotAllowed', message, {});
}

export function badRequest(message: string): StatusError {
  return new StatusError(400, 'BadRequest', message);
}

export function expired(asked: number, current: number): StatusError {
  return new StatusError(410, 'Expired', `too old resource version: ${asked} (${current})`);
}

function detailsOf(group: string, kind: string, name: string | null): Details {
  return { ...(name === null ? {} : { name }), ...(group === '' ? {} : { group }), kind };
}
