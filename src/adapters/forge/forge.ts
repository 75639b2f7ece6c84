import type * as z from 'zod/mini';
import { ConfigurationError, UnavailableError } from '../../domain/errors.ts';
import { oneLine } from '../../domain/one-line.ts';
import type { GitRepository } from '../../domain/service.ts';
import { createHttpClient, type HttpClient, type HttpDownload, type HttpRequest } from '../http/http-client.ts';
import { type Access, type Asked, statusError } from './answer-error.ts';

/** One repository behind the API of its host, and how Slipway speaks to it. */
export type Forge = Asked & {
  readonly client: HttpClient;
  /** Headers of every request, credentials among them. */
  readonly headers: () => Promise<Readonly<Record<string, string>>>;
};

export type ForgeRequest = Pick<HttpRequest, 'method' | 'path' | 'readsOnly'> & {
  readonly accept?: string;
  /** Sent as JSON. */
  readonly json?: unknown;
};

/** What Slipway reads of one answer, in bytes. */
const ANSWER_LIMIT = 32 * 1024 * 1024;

/** The whole answer, whatever its status. */
export async function ask({ client, headers }: Forge, { method, path, readsOnly, accept = 'application/json', json }: ForgeRequest): Promise<HttpDownload> {
  const body = json === undefined ? {} : { body: JSON.stringify(json) };
  const request: HttpRequest = {
    method,
    path,
    headers: { accept, 'user-agent': 'slipway', ...(json === undefined ? {} : { 'content-type': 'application/json' }), ...(await headers()) },
    ...body,
    ...(readsOnly === undefined ? {} : { readsOnly }),
  };
  return client.download(request, ANSWER_LIMIT);
}

/** What the answer holds. @throws UnavailableError for one that is not of the API: cut by a proxy, or of something else at this URL */
export function readJson<T>({ name }: Asked, { status, body }: HttpDownload, schema: z.ZodMiniType<T>): T {
  const parsed = schema.safeParse(parseJson(body.toString('utf8')));
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`.trim());
  throw new UnavailableError(`${name} gave an answer that cannot be read (HTTP ${status}): ${oneLine(problems.join(', '))}.`);
}

/** The answer's error in the domain's terms. */
export function apiError(asked: Asked, access: Access, answer: HttpDownload) {
  const { status, headers } = answer;
  return statusError(asked, access, { status, headers, words: hostWords(answer) });
}

/** The host's own words on one line, from the members in which APIs say them; a web page is no message. */
export function hostWords({ headers, body }: Pick<HttpDownload, 'headers' | 'body'>): string {
  const text = body.toString('utf8', 0, 4000);
  if (/^text\/plain\b/.test(headers['content-type'] ?? '')) return oneLine(text);
  const answer = parseJson(text);
  if (typeof answer !== 'object' || answer === null) return '';
  const members: Readonly<Record<string, unknown>> = { ...answer };
  const said = members['message'] || members['error_description'] || members['error'] || '';
  return oneLine(typeof said === 'string' ? said : JSON.stringify(said));
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function nameOf({ url }: GitRepository): string {
  return `Git repository ${url}`;
}

/** A client for the API. @throws ConfigurationError for a URL that holds credentials */
export function createForgeClient(repository: GitRepository, api: string, silence: number | undefined): HttpClient {
  const { url, caBundle } = repository;
  const { host = 'an unknown host', username, password } = URL.parse(url) ?? {};
  if (username || password) throw new ConfigurationError(`The URL of the Git repository on ${host} holds credentials; move them into a secret and name it under credentials.`);
  return createHttpClient({ name: nameOf(repository), url: api, ...(caBundle === undefined ? {} : { caBundle }), ...(silence === undefined ? {} : { silence }) });
}

/** Path of the repository on its host, as `team/config`. @param root what comes before it, where the host is not at the root of its URL */
export function repositoryPath({ url }: GitRepository, root = ''): string {
  const path = decodeURIComponent(URL.parse(url)?.pathname ?? '');
  return path.slice(path.startsWith(`${root}/`) ? root.length : 0).replace(/^\/+|\/+$/g, '').replace(/\.git$/, '');
}

/** Address of the repository's web page. */
export function webPage({ url }: GitRepository): string {
  return url.replace(/\/+$/, '').replace(/\.git$/, '');
}
