import { UnavailableError } from '../../domain/errors.ts';
import type { HttpClient } from '../http/http-client.ts';
import { answerError } from './answer-error.ts';
import { GitProtocolError } from './protocol-error.ts';

/** One repository behind its URL, and how Slipway speaks to it. */
export type Remote = {
  /** For messages: `Git repository https://…`. */
  readonly name: string;
  readonly url: string;
  readonly client: HttpClient;
  /** Value of the header `Authorization`; absent for anonymous access. */
  readonly authorization?: string;
  /** Name of the secret behind it, for messages. */
  readonly secret?: string;
};

export type GitService = 'git-upload-pack' | 'git-receive-pack';

/** What Slipway reads of one answer, in bytes. */
const ANSWER_LIMIT = 128 * 1024 * 1024;

/** Some hosts answer Git only to what calls itself git. */
const USER_AGENT = 'git/2 (slipway)';

/** The capability advertisement of a service. */
export function advertisement(remote: Remote, service: GitService): Promise<Buffer> {
  return ask(remote, { service, method: 'GET', path: `/info/refs?service=${service}`, answer: `application/x-${service}-advertisement` });
}

/** One request of a service: stateless, so everything that it needs is in the body. */
export function request(remote: Remote, service: GitService, body: Buffer): Promise<Buffer> {
  return ask(remote, { service, method: 'POST', path: `/${service}`, answer: `application/x-${service}-result`, body });
}

type Question = { readonly service: GitService; readonly method: 'GET' | 'POST'; readonly path: string; readonly answer: string; readonly body?: Buffer };

async function ask(remote: Remote, { service, method, path, answer, body }: Question): Promise<Buffer> {
  const headers = {
    accept: answer,
    'user-agent': USER_AGENT,
    ...(service === 'git-upload-pack' ? { 'git-protocol': 'version=2' } : {}),
    ...(remote.authorization === undefined ? {} : { authorization: remote.authorization }),
    ...(body === undefined ? {} : { 'content-type': `application/x-${service}-request`, 'content-length': String(body.length) }),
  };
  const readsOnly = service === 'git-upload-pack';
  const response = await remote.client.download({ method, path, headers, readsOnly, ...(body === undefined ? {} : { body }) }, ANSWER_LIMIT);
  if (response.status !== 200 || response.headers['content-type'] !== answer) throw answerError(remote, service, response);
  return response.body;
}

/** An answer that breaks the protocol counts as a server that does not answer: cut by a proxy, or not itself. */
export async function understand<Meaning>(remote: Remote, converse: () => Promise<Meaning>): Promise<Meaning> {
  try {
    return await converse();
  } catch (error) {
    if (!(error instanceof GitProtocolError)) throw error;
    throw new UnavailableError(`${remote.name} gave an answer that cannot be read: ${error.message}.`, { cause: error });
  }
}
