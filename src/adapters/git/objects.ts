import { createHash } from 'node:crypto';
import type { Instant } from '../../domain/instant.ts';
import type { Identity } from '../../domain/service.ts';
import { GitProtocolError } from './protocol-error.ts';
import type { SignCommit } from './signing.ts';

export type ObjectType = 'commit' | 'tree' | 'blob' | 'tag';

export type GitObject = { readonly type: ObjectType; readonly body: Buffer };

/** An object made here. One that is an edited copy of an object of the repository says which. */
export type NewObject = GitObject & { readonly id: string; readonly replaces?: { readonly id: string; readonly body: Buffer } };

/** SHA-1 of the object with its header, in hex: the object's name. */
export function objectId({ type, body }: GitObject): string {
  return createHash('sha1').update(`${type} ${body.length}\0`).update(body).digest('hex');
}

export type GitCommit = {
  readonly tree: string;
  /** The first parent; null for a repository's first commit. */
  readonly parent: string | null;
  readonly message: string;
};

/** Headers, an empty line, the message. */
export function parseCommit(body: Buffer): GitCommit {
  const text = body.toString('utf8');
  const tree = /^tree ([0-9a-f]{40})\n/.exec(text)?.[1];
  const end = text.indexOf('\n\n');
  if (tree === undefined || end < 0) throw new GitProtocolError('a commit has no tree or no message');
  return { tree, parent: /^tree [0-9a-f]{40}\nparent ([0-9a-f]{40})\n/.exec(text)?.[1] ?? null, message: text.slice(end + 2) };
}

/** Who commits unless the configuration says otherwise: nobody's mailbox, so that a host links the commits to no account. */
const SLIPWAY: Identity = { name: 'Slipway', email: 'slipway@users.noreply.invalid' };

export type NewCommit = {
  readonly tree: string;
  readonly parent: string;
  readonly message: string;
  readonly at: Instant;
  readonly author?: Identity | undefined;
  readonly committer?: Identity | undefined;
  readonly sign?: SignCommit | undefined;
};

export function formatCommit({ tree, parent, message, at, author = SLIPWAY, committer = SLIPWAY, sign }: NewCommit): NewObject {
  const time = `${Math.floor(Date.parse(at) / 1000)} +0000`;
  const headers = [`tree ${tree}`, `parent ${parent}`, `author ${formatIdentity(author)} ${time}`, `committer ${formatIdentity(committer)} ${time}`];
  const text = (signature: readonly string[]): Buffer => Buffer.from(`${[...headers, ...signature].join('\n')}\n\n${message.trimEnd()}\n`);
  const commit: GitObject = { type: 'commit', body: text(sign === undefined ? [] : [signatureHeader(sign(text([])))]) };
  return { ...commit, id: objectId(commit) };
}

function formatIdentity({ name, email }: Identity): string {
  return `${name} <${email}>`;
}

/** A header of several lines: each but the first begins with a blank. What is signed is the commit without it. */
function signatureHeader(signature: string): string {
  return `gpgsig ${signature.trimEnd().replaceAll('\n', '\n ')}`;
}
