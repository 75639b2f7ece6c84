import { parse, validate } from 'graphql';
import { afterEach, describe, expect, it } from 'vitest';
import { createOpenGitHub } from '../../../../src/adapters/github/open-github.ts';
import { COMMIT_MUTATION, readQuery } from '../../../../src/adapters/github/queries.ts';
import * as pullQueries from '../../../../src/adapters/github/pull-queries.ts';
import { createMemorySecrets } from '../../../../src/adapters/memory/secrets.ts';
import type { GitHost } from '../../../../src/ports/git-host.ts';
import { GITHUB_SCHEMA } from '../../../support/git-hosts/github-stand-in.ts';
import { type ScriptedAnswer, type ScriptedServer, startScriptedServer } from '../../../support/scripted-server.ts';

const HEAD = 'a'.repeat(40);
const CHANGE = { head: HEAD, files: {}, message: 'Deploy v2' };
let server: ScriptedServer;
afterEach(() => server?.close());

async function open(answer: ScriptedAnswer, secret = '{"token":"ghp_x"}', api?: string): Promise<GitHost> {
  server = await startScriptedServer(() => answer);
  const secrets = createMemorySecrets({ 'slipway/git': secret });
  return createOpenGitHub({ secrets })({ host: 'github', url: `${server.url}/team/config.git`, branch: 'main', credentials: 'slipway/git', aliases: [], ...(api === undefined ? {} : { api: `${server.url}${api}` }) });
}

function errors(error: object): ScriptedAnswer {
  return { body: JSON.stringify({ data: null, errors: [error] }) };
}

describe("GitHub's published schema", () => {
  it.each([
    ['a branch', readQuery('branch', 0)],
    ['a branch with files', readQuery('branch', 3)],
    ['a commit', readQuery('revision', 0)],
    ['a commit with a file', readQuery('revision', 1)],
    ['a new commit', COMMIT_MUTATION],
    ...Object.entries(pullQueries),
  ])('knows all that is asked of %s', (_, document) => {
    expect(validate(GITHUB_SCHEMA, parse(document))).toEqual([]);
  });

  it('would refuse a field that there is not', () => {
    expect(validate(GITHUB_SCHEMA, parse(readQuery('branch', 1).replace('isTruncated', 'isShort')))).toHaveLength(1);
  });
});

describe('an error of GitHub', () => {
  it.each([
    ['a lost race', { type: 'STALE_DATA', message: `Expected branch to point to "${HEAD}" but it did not. Pull and try again.` }, 'ConflictError', 'main moved before the commit arrived'],
    ['a rule of the branch', { type: 'UNPROCESSABLE', message: 'Repository rule violations found\n\nChanges must be made through a pull request.\n\n' }, 'RefusedError', 'declined the commit to main: Repository rule violations found Changes must be made through a pull request.'],
    ['a missing right of an App', { type: 'FORBIDDEN', message: 'Resource not accessible by integration' }, 'ForbiddenError', 'grant write access to the repository (Resource not accessible by integration)'],
    ['a missing scope', { type: 'INSUFFICIENT_SCOPES', message: 'Your token has not been granted the required scopes' }, 'ForbiddenError', 'grant write access'],
    ['a secondary limit', { message: 'You have exceeded a secondary rate limit. Please wait a few minutes before you try again.' }, 'RateLimitedError', 'asks to slow down (You have exceeded a secondary rate limit'],
    ['a time limit inside', { message: 'Something went wrong while executing your query. Please include `ABC` when reporting this issue.' }, 'UnavailableError', 'cannot answer now'],
    ['trouble with a service', { type: 'SERVICE_UNAVAILABLE', message: 'x' }, 'UnavailableError', 'cannot answer now: x.'],
    ['a branch that is gone', { type: 'NOT_FOUND', path: ['createCommitOnBranch'], message: 'No such branch "main".' }, 'NotFoundError', 'No such branch'],
  ])('is told as what it is: %s', async (_, error, name, words) => {
    const committing = (await open(errors(error))).commit(CHANGE);
    await expect(committing).rejects.toMatchObject({ name });
    await expect(committing).rejects.toThrow(words);
  });

  it.each([
    ['a limit by status', { status: 403, body: '{"message":"API rate limit exceeded for installation ID 1."}' }, 'RateLimitedError', 'API rate limit exceeded'],
    ['a right that is missing', { status: 403, body: '{"message":"Resource protected by organization SAML enforcement."}' }, 'ForbiddenError', 'SAML'],
    ['a web page', { status: 200, body: '<html>' }, 'UnavailableError', 'gave an answer that cannot be read'],
    ['an answer without what was asked for', { status: 200, body: '{"data":{}}' }, 'UnavailableError', 'cannot be read'],
  ])('is told as what it is: %s', async (_, answer, name, words) => {
    const committing = (await open(answer)).commit(CHANGE);
    await expect(committing).rejects.toMatchObject({ name });
    await expect(committing).rejects.toThrow(words);
  });
});

describe('a repository on GitHub', () => {
  it.each([
    ['Enterprise Server', undefined, '/api/graphql'],
    ['a host whose API is elsewhere', '/gateway', '/gateway/graphql'],
  ])('is asked for where the API is: %s', async (_, api, path) => {
    const host = await open(errors({ type: 'FORBIDDEN', message: 'x' }), '{"token":"ghp_x"}', api);
    await host.read([]).catch(() => undefined);
    expect(server.requests[0]?.path).toBe(path);
  });

  it('has an owner and a name', async () => {
    const secrets = createMemorySecrets({ 'slipway/git': '{"token":"x"}' });
    const opening = createOpenGitHub({ secrets })({ host: 'github', url: 'https://github.com/team', branch: 'main', credentials: 'slipway/git', aliases: [] });
    await expect(opening).rejects.toThrow('https://github.com/team is not the URL of a repository on GitHub; write it as https://github.com/team/config.');
  });

  it('has its page', async () => {
    const secrets = createMemorySecrets({});
    const host = await createOpenGitHub({ secrets })({ host: 'github', url: 'https://github.com/team/config.git', branch: 'main', aliases: [] });
    expect(host.link(HEAD)).toBe(`https://github.com/team/config/commit/${HEAD}`);
  });

  it('names a secret of another form, and shows nothing of it', async () => {
    const opening = open({}, '{"username":"x","password":"hidden"}');
    await expect(opening).rejects.toThrow('Secret slipway/git does not hold GitHub credentials');
    await expect(opening).rejects.not.toThrow('hidden');
  });
});
