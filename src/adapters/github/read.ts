import * as z from 'zod/mini';
import type { GitSnapshot } from '../../ports/git-host.ts';
import { ask } from '../forge/forge.ts';
import { decodeText, isRevision, missingBranch, missingCommit, missingFile, notAFile, partsOf, placeOf } from '../forge/repository-files.ts';
import { objectId } from '../git/objects.ts';
import { runOperation, statusOf } from './graphql.ts';
import type { GitHubRepository } from './open-github.ts';
import { readQuery } from './queries.ts';

const Entry = z.object({ type: z.string(), mode: z.number(), oid: z.string(), object: z.nullable(z.object({ text: z.optional(z.nullable(z.string())), isTruncated: z.optional(z.boolean()) })) });
type Entry = z.output<typeof Entry>;

/** A commit, and under `file0` and so on what there is at each path. Of another kind of object nothing comes. */
const Commit = z.looseObject({ oid: z.optional(z.string()), message: z.optional(z.string()) });

const BranchAnswer = z.object({
  repository: z.object({ defaultBranchRef: z.nullable(z.object({ name: z.string() })), ref: z.nullable(z.object({ name: z.string(), target: z.nullable(Commit) })) }),
});
const RevisionAnswer = z.object({ repository: z.object({ object: z.nullable(Commit) }) });

/** Head and files in one request, so they belong together. */
export async function readSnapshot(repository: GitHubRepository, paths: readonly string[], revision?: string): Promise<GitSnapshot> {
  paths.forEach(partsOf);
  const { commit, ...about } = revision === undefined ? await readBranch(repository, paths) : { commit: await readRevision(repository, paths, revision) };
  if (commit.oid === undefined || commit.message === undefined) throw missingCommit(repository.name, revision ?? repository.branch);
  const where = placeOf(repository.name, commit.oid);
  const texts = await Promise.all(paths.map(async (path, index) => [path, await textOf(repository, where, path, commit[`file${index}`])] as const));
  return { revision: commit.oid, message: commit.message, files: Object.fromEntries(texts), ...about };
}

async function readBranch(repository: GitHubRepository, paths: readonly string[]) {
  const { owner, repository: name, branch } = repository;
  const variables = { owner, name, ref: `refs/heads/${branch}`, ...pathVariables(paths) };
  const { repository: answer } = await runOperation(repository, { query: readQuery('branch', paths.length), variables, access: 'read' }, BranchAnswer);
  if (!answer.ref?.target) throw missingBranch(repository.name, branch);
  return { commit: answer.ref.target, isDefaultBranch: answer.defaultBranchRef?.name === branch };
}

async function readRevision(repository: GitHubRepository, paths: readonly string[], revision: string) {
  const { owner, repository: name } = repository;
  if (!isRevision(revision)) throw missingCommit(repository.name, revision);
  const variables = { owner, name, oid: revision, ...pathVariables(paths) };
  const { repository: answer } = await runOperation(repository, { query: readQuery('revision', paths.length), variables, access: 'read' }, RevisionAnswer);
  if (answer.object === null) throw missingCommit(repository.name, revision);
  return answer.object;
}

function pathVariables(paths: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(paths.map((path, index) => [`path${index}`, path]));
}

const SYMLINK_MODE = 0o120000;

async function textOf(repository: GitHubRepository, where: string, path: string, value: unknown): Promise<string> {
  const entry = z.nullish(Entry).safeParse(value).data;
  if (entry === undefined || entry === null) throw missingFile(where, path);
  if (entry.type !== 'blob') throw notAFile(where, path, entry.type === 'tree' ? 'a folder' : 'a submodule');
  if (entry.mode === SYMLINK_MODE) throw notAFile(where, path, 'a symbolic link');
  return decodeText(where, path, exactBytes(entry) ?? (await readBlob(repository, entry.oid)));
}

/** GraphQL's text is what GitHub takes the file's characters to be; it is the file's bytes only if they have its name. */
function exactBytes({ oid, object }: Entry): Buffer | null {
  if (typeof object?.text !== 'string' || object.isTruncated === true) return null;
  const body = Buffer.from(object.text);
  return objectId({ type: 'blob', body }) === oid ? body : null;
}

/** Up to 100 MB, byte by byte. */
async function readBlob(repository: GitHubRepository, oid: string): Promise<Buffer> {
  const path = `${repository.restPath}/repos/${encodeURIComponent(repository.owner)}/${encodeURIComponent(repository.repository)}/git/blobs/${oid}`;
  const answer = await ask(repository, { method: 'GET', path, accept: 'application/vnd.github.raw+json' });
  if (answer.status !== 200) throw statusOf(repository, 'read', answer);
  return answer.body;
}
