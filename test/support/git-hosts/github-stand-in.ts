import { createPublicKey, createVerify, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { buildSchema, graphql, GraphQLError, type GraphQLSchema } from 'graphql';
import { commitIfHead } from '../../../sandbox/git/bare-repository.ts';
import { branchHead } from '../../../sandbox/git/refs.ts';
import { entryAt, readBlob, readCommit, type StoredCommit } from '../../../sandbox/git/stored-objects.ts';
import { type ForgeAnswer, type ForgeCall, startForgeServer } from './forge-server.ts';
import type { ForgeState, ForgeUser, StandIn } from './forge-world.ts';
import { pullFields, pullMutations } from './github-pulls.ts';

/** GitHub's published schema: what the client asks is held to it. Its text alone: the package's types take the compiler minutes. */
export const GITHUB_SCHEMA: GraphQLSchema = buildSchema(readFileSync(new URL('../../../node_modules/@octokit/graphql-schema/schema.graphql', import.meta.url), 'utf8'), { assumeValidSDL: true });

export type InstalledApp = { readonly appId: string; readonly installationId: string; readonly publicKey: string };

/** GitHub's GraphQL for `team/config` as its published schema has it, and the REST routes in use, where GitHub Enterprise Server has them. */
export async function startGitHub(state: ForgeState, app?: InstalledApp): Promise<StandIn> {
  return startForgeServer('GitHub', async (call) => {
    if (call.method === 'POST' && app !== undefined && call.path === `/api/v3/app/installations/${app.installationId}/access_tokens`) return grantToken(call, app, state.granted);
    if (call.path.endsWith('/access_tokens')) return { status: 404, json: { message: 'Not Found', status: '404' } };
    const token = /^bearer (.+)$/i.exec(call.headers.authorization ?? '')?.[1] ?? '';
    const user = state.granted.has(token) ? 'writer' : state.tokens.get(token);
    if (user === undefined) return { status: 401, json: { message: 'Bad credentials', documentation_url: 'https://docs.github.com/rest', status: '401' } };
    if (call.method === 'POST' && call.path === '/api/graphql') return answerOperation(state, user, call);
    const blob = /^\/api\/v3\/repos\/team\/config\/git\/blobs\/([0-9a-f]{40})$/.exec(call.path)?.[1];
    return call.method === 'GET' && blob !== undefined && call.headers.accept === 'application/vnd.github.raw+json' ? { status: 200, bytes: await readBlob(state.directory, blob) } : null;
  });
}

/** Verifies the App's own token as GitHub does: signature, issuer, and a life of ten minutes at most. */
function grantToken({ headers, body }: ForgeCall, app: InstalledApp, granted: Set<string>): ForgeAnswer {
  const [head = '', claims = '', signature = ''] = (/^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1] ?? '').split('.');
  const signed = createVerify('RSA-SHA256').update(`${head}.${claims}`).verify(createPublicKey(app.publicKey), signature, 'base64url');
  if (!signed) return { status: 401, json: { message: 'A JSON web token could not be decoded', status: '401' } };
  const { iss, iat, exp } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as { iss: string; iat: number; exp: number };
  const now = Date.now() / 1000;
  if (iss !== app.appId || iat > now || exp <= now || exp > now + 600) return { status: 401, json: { message: "'Expiration time' claim ('exp') is too far in the future", status: '401' } };
  const wanted = JSON.parse(body.toString()) as { repositories: string[]; permissions: object };
  if (wanted.repositories[0] !== 'config') return { status: 422, json: { message: 'There is at least one repository that does not exist or is not accessible to the parent installation.', status: '422' } };
  const token = `ghs_${randomUUID()}`;
  granted.add(token);
  return { status: 201, json: { token, expires_at: new Date((now + 3600) * 1000).toISOString(), permissions: wanted.permissions, repository_selection: 'selected' } };
}

async function answerOperation(state: ForgeState, user: ForgeUser, call: ForgeCall): Promise<ForgeAnswer> {
  if (state.limitedUntil !== null) {
    const headers = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(state.limitedUntil) };
    return { status: 200, headers, json: { errors: [{ type: 'RATE_LIMIT', message: 'API rate limit exceeded for user ID 1.' }] } };
  }
  const { query, variables } = JSON.parse(call.body.toString()) as { query: string; variables: Record<string, unknown> };
  const host = String(call.headers.host);
  const rootValue = { ...pullMutations(state, user, { host, fail: failure }), repository: (wanted: RepositoryName) => ({ ...repository(state, wanted), ...pullFields(state, user, host) }), createCommitOnBranch: (wanted: { input: CommitInput }) => createCommit(state, user, wanted.input) };
  const { data, errors } = await graphql({ schema: GITHUB_SCHEMA, source: query, rootValue, variableValues: variables });
  // GitHub says the type beside the message, where GraphQL's own library would put it under extensions.
  const described = errors?.map(({ message, path, extensions }) => ({ ...extensions, ...(path === undefined ? {} : { path }), message }));
  return { status: 200, json: described === undefined ? { data } : { data, errors: described } };
}

type RepositoryName = { owner: string; name: string };

function repository(state: ForgeState, { owner, name }: RepositoryName) {
  if (`${owner}/${name}` !== 'team/config') throw failure('NOT_FOUND', `Could not resolve to a Repository with the name '${owner}/${name}'.`);
  return {
    defaultBranchRef: { name: 'main' },
    async ref({ qualifiedName }: { qualifiedName: string }) {
      const branch = qualifiedName.replace(/^refs\/heads\//, '');
      const head = await readCommit(state.directory, branchHead(state.directory, branch) ?? '');
      return head === null ? null : { name: branch, target: commit(state, head) };
    },
    async object({ oid }: { oid: string }) {
      const stored = await readCommit(state.directory, oid);
      return stored === null ? null : commit(state, stored);
    },
  };
}

function commit({ directory }: ForgeState, { id: oid, message }: StoredCommit) {
  return {
    __typename: 'Commit',
    oid,
    message: message.trimEnd(),
    async file({ path }: { path: string }) {
      const entry = await entryAt(directory, oid, path);
      if (entry === null) return null;
      return { type: entry.type, mode: Number.parseInt(entry.mode, 8), oid: entry.id, object: entry.type === 'blob' ? await blob(directory, entry.id) : { __typename: 'Tree' } };
    },
  };
}

/** Text as GitHub guesses it: without a byte order mark, and of other encodings something else than the file's bytes. */
async function blob(directory: string, id: string) {
  return { __typename: 'Blob', text: new TextDecoder().decode(await readBlob(directory, id)), isTruncated: false };
}

type CommitInput = {
  branch: { repositoryNameWithOwner: string; branchName: string };
  expectedHeadOid: string;
  message: { headline: string; body?: string };
  fileChanges: { additions: { path: string; contents: string }[] };
};

async function createCommit(state: ForgeState, user: ForgeUser, { branch, expectedHeadOid, message, fileChanges }: CommitInput) {
  const { directory } = state;
  if (branch.repositoryNameWithOwner !== 'team/config') throw failure('NOT_FOUND', `Could not resolve to a Repository with the name '${branch.repositoryNameWithOwner}'.`);
  if (user === 'reader') throw failure('FORBIDDEN', 'reader does not have the correct permissions to execute `CreateCommitOnBranch`');
  if (branchHead(directory, branch.branchName) === null) throw failure('NOT_FOUND', `No such branch "${branch.branchName}".`);
  if (state.isProtected) throw failure('UNPROCESSABLE', `protected branch '${branch.branchName}' check failed:\nChanges must be made through a pull request.`);
  if (state.declined !== null) throw failure('UNPROCESSABLE', `Repository rule violations found\n\n${state.declined}\n\n`);
  const files = Object.fromEntries(fileChanges.additions.map(({ path, contents }) => [path, Buffer.from(contents, 'base64')]));
  const text = message.body ? `${message.headline}\n\n${message.body}` : message.headline;
  const oid = await commitIfHead(directory, { branch: branch.branchName, parent: expectedHeadOid, message: text, files });
  if (oid === null) throw failure('STALE_DATA', `Expected branch to point to "${expectedHeadOid}" but it did not. Pull and try again.`);
  return { commit: { __typename: 'Commit', oid } };
}

function failure(type: string, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { type } });
}
