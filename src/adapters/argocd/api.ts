import type * as z from 'zod/mini';
import { ConfigurationError, UnavailableError } from '../../domain/errors.ts';
import type { ApplicationRef } from '../../domain/service.ts';
import type { HttpClient, HttpRequest } from '../http/http-client.ts';
import { type CallContext, parseJson, parseRefusal, type Refusal, refusalError } from './errors.ts';

/** Calls to one Argo CD server with one token. */
export type Api = {
  readonly http: HttpClient;
  /** `Argo CD at https://…`. */
  readonly server: string;
  readonly token: string;
  /** Name of the secret that holds the token. */
  readonly secret: string;
};

/** One GET: what it does in words for messages, and how its answer is read. */
export type Query<Answer> = {
  readonly call: string;
  readonly path: string;
  readonly answer: z.ZodMiniType<Answer>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly silence?: number;
  readonly signal?: AbortSignal;
};

export async function get<Answer>(api: Api, query: Query<Answer>): Promise<Answer> {
  const { call, path, answer, headers = {}, ...limits } = query;
  const response = await api.http.send({ method: 'GET', path, headers: { ...headers, ...authorization(api) }, ...limits });
  if (response.status !== 200) throw refusalError(parseRefusal(response.status, response.body), context(api, call));
  return parseAnswer(api, call, answer, response.body);
}

/** Posts JSON. A refusal is for the caller to judge. */
export function post(api: Api, path: string, body: unknown): Promise<Changed> {
  return change(api, { method: 'POST', path, body: JSON.stringify(body) });
}

/** Deletes, without a body. A refusal is for the caller to judge. */
export function remove(api: Api, path: string): Promise<Changed> {
  return change(api, { method: 'DELETE', path });
}

type Changed = { readonly body: string } | { readonly refusal: Refusal };

async function change(api: Api, request: HttpRequest): Promise<Changed> {
  // Asked for even where there is no body, and compared as a whole: a charset in it is refused with 415.
  const headers = { 'content-type': 'application/json', ...authorization(api) };
  const response = await api.http.send({ ...request, headers });
  return response.status === 200 ? { body: response.body } : { refusal: parseRefusal(response.status, response.body) };
}

export function parseAnswer<Answer>(api: Api, call: string, schema: z.ZodMiniType<Answer>, text: string): Answer {
  const parsed = schema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? 'it is not JSON' : `unexpected ${issue.path.join('.')}`;
  throw new UnavailableError(`${api.server} gave an answer that cannot be read when asked to ${call}: ${where}`);
}

export function authorization({ token }: Api): { readonly authorization: string } {
  return { authorization: `Bearer ${token}` };
}

export function context({ server, secret }: Api, call: string): CallContext {
  return { server, call, secret };
}

/** Path of an Application, or of a part of it. The project is always named, so that a missing Application is a 404 and not a 403. */
export function applicationPath(ref: ApplicationRef, part = '', query: Readonly<Record<string, string>> = {}): string {
  return `/api/v1/applications/${encodeURIComponent(ref.name)}${part}?${new URLSearchParams({ ...query, ...scope(ref) }).toString()}`;
}

/** What tells Applications of one name apart. */
export function scope({ project, namespace }: ApplicationRef): Record<string, string> {
  return namespace === undefined ? { project } : { project, appNamespace: namespace };
}

export function applicationName({ name, project }: ApplicationRef): string {
  return `Application ${name} of project ${project}`;
}

/** The token of the secret `{"token": …}`. It goes into a header, where a line break would be refused with the token in the message. */
export function tokenOf(secret: string, text: string): string {
  const parsed = parseJson(text);
  const token = typeof parsed === 'object' && parsed !== null && 'token' in parsed ? parsed.token : null;
  if (typeof token === 'string' && /^[\x21-\x7e]+$/.test(token)) return token;
  throw new ConfigurationError(`Secret ${secret} does not hold an Argo CD token; set it to {"token": "…"} with the token of a project role`);
}
