import * as z from 'zod/mini';
import { ConflictError, NotFoundError, RefusedError, type SlipwayError, UnavailableError } from '../../domain/errors.ts';
import { oneLine } from '../../domain/one-line.ts';
import { type Access, noAccess, slowDown, statusError } from '../forge/answer-error.ts';
import { apiError, ask, readJson } from '../forge/forge.ts';
import type { HttpDownload } from '../http/http-client.ts';
import type { GitHubRepository } from './open-github.ts';

export type Operation = { readonly query: string; readonly variables: Readonly<Record<string, unknown>>; readonly access: Access };

const GraphQlError = z.object({ type: z.optional(z.string()), path: z.optional(z.array(z.union([z.string(), z.number()]))), message: z.string() });
type GraphQlError = z.output<typeof GraphQlError>;

/** Runs one operation and returns its data. @throws SlipwayError for an HTTP status, and for errors that come with 200 */
export async function runOperation<Data>(repository: GitHubRepository, { query, variables, access }: Operation, data: z.ZodMiniType<Data>): Promise<Data> {
  const answer = await ask(repository, { method: 'POST', path: '/graphql', json: { query, variables }, readsOnly: access === 'read' });
  if (answer.status !== 200) throw statusOf(repository, access, answer);
  const { errors = [] } = readJson(repository, answer, z.object({ errors: z.optional(z.array(GraphQlError)) }));
  const [first] = errors;
  if (first !== undefined) throw operationError(repository, access, first, answer);
  return readJson(repository, answer, z.object({ data })).data;
}

/** GitHub answers 403 also to what comes too often, and says so in words alone (docs: "Exceeding the rate limit"). */
export function statusOf(repository: GitHubRepository, access: Access, answer: HttpDownload): SlipwayError {
  const words = answer.body.toString('utf8', 0, 4000);
  if (answer.status === 401) repository.forgetToken();
  if (answer.status === 403 && RATE_LIMIT.test(words)) return slowDown(repository, answer.headers, `HTTP 403: ${oneLine(words)}`);
  return apiError(repository, access, answer);
}

const RATE_LIMIT = /rate limit/i;

/** A time limit inside GitHub, or trouble there: "Something went wrong while executing your query." */
const TROUBLE = /^something went wrong|timed? ?out|could not be completed/i;

function operationError(repository: GitHubRepository, access: Access, { type = '', path = [], message }: GraphQlError, { headers }: HttpDownload): SlipwayError {
  const { name, branch } = repository;
  const said = oneLine(message).replace(/\.$/, '');
  if (type === 'STALE_DATA') return new ConflictError(`${name}: ${branch} moved before the commit arrived: ${said}.`);
  if (/^RATE_LIMIT/.test(type) || RATE_LIMIT.test(message)) return slowDown(repository, headers, said);
  if (type === 'NOT_FOUND' && path[0] === 'repository') return statusError(repository, access, { status: 404, headers, words: said });
  if (type === 'NOT_FOUND') return new NotFoundError(`${name} does not have what was asked for: ${said}.`);
  if (type === 'FORBIDDEN' || type === 'INSUFFICIENT_SCOPES') return noAccess(repository, access, said);
  if (type === 'SERVICE_UNAVAILABLE' || type === 'INTERNAL' || TROUBLE.test(message)) return new UnavailableError(`${name} cannot answer now: ${said}.`);
  return new RefusedError(access === 'write' ? `${name} declined the commit to ${branch}: ${said}.` : `${name} refused to be read: ${said}.`);
}
