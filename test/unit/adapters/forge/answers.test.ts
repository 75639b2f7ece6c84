import { afterEach, describe, expect, it } from 'vitest';
import { createOpenGitHost } from '../../../../src/adapters/git-hosts/open-git-host.ts';
import { createMemorySecrets } from '../../../../src/adapters/memory/secrets.ts';
import type { GitRepository } from '../../../../src/domain/service.ts';
import type { GitHost } from '../../../../src/ports/git-host.ts';
import { type ScriptedAnswer, type ScriptedServer, startScriptedServer } from '../../../support/scripted-server.ts';

const HEAD = 'a'.repeat(40);
const OURS = 'b'.repeat(40);
const FILE = 'values.yaml';
let server: ScriptedServer;
afterEach(() => server?.close());

type Script = (method: string, path: string) => ScriptedAnswer;

async function open(host: GitRepository['host'], script: Script, overrides: Partial<GitRepository> = {}): Promise<GitHost> {
  server = await startScriptedServer(({ method, path }) => script(method, path));
  const secrets = createMemorySecrets({ 'slipway/git': '{"token":"hidden"}' });
  return createOpenGitHost({ secrets })({ host, url: `${server.url}/team/config.git`, branch: 'main', credentials: 'slipway/git', aliases: [], ...overrides });
}

function json(body: unknown, status = 200): ScriptedAnswer {
  return { status, body: JSON.stringify(body) };
}

/** A repository whose head is HEAD, and what it answers to a commit. */
function gitlab(answer: ScriptedAnswer): Script {
  return (method, path) => {
    if (method === 'POST') return answer;
    return path.includes('/branches/') ? json({ default: true, commit: { id: HEAD, message: 'x' } }) : json({ id: HEAD, message: 'x' });
  };
}

/** As Gitea, whose commit is made aside first; what it answers when the branch is moved there. */
function gitea(answer: ScriptedAnswer, headAfterwards = HEAD): Script {
  return (method, path) => {
    if (method === 'POST') return json({ commit: { sha: OURS, parents: [{ sha: HEAD }] } }, 201);
    if (method === 'PUT') return answer;
    if (method === 'DELETE') return { status: 204 };
    if (path.includes('/contents/')) return json({ type: 'file', content: Buffer.from('tag: v1\n').toString('base64') });
    return path.includes('/branches/') ? json({ commit: { id: headAfterwards, message: 'x' } }) : json({ sha: HEAD, commit: { message: 'x' } });
  };
}

function commit(host: GitHost): Promise<string> {
  return host.commit({ head: HEAD, files: { [FILE]: 'tag: v2\n' }, message: 'Deploy v2' });
}

describe('an answer of GitLab to a commit', () => {
  it.each<[string, ScriptedAnswer, string, string]>([
    ['a file that changed', json({ message: 'You are attempting to update a file that has changed since you started editing it.' }, 400), 'ConflictError', 'main moved before the commit arrived'],
    ['a branch that moved meanwhile', json({ message: 'Could not update refs/heads/main. Please refresh and try again.' }, 400), 'ConflictError', 'Could not update refs/heads/main'],
    ['a file that is gone', json({ message: "A file with this name doesn't exist" }, 400), 'ConflictError', "A file with this name doesn't exist"],
    ['a branch that is gone', json({ message: 'You can only create or edit files when you are on a branch' }, 400), 'NotFoundError', 'has no branch main'],
    ['a push rule', json({ message: 'Commit message does not follow the pattern' }, 400), 'RefusedError', 'declined the commit to main: Commit message does not follow the pattern.'],
    ['a token without the scope', json({ error: 'insufficient_scope', error_description: 'The request requires higher privileges than provided by the access token.' }, 403), 'ForbiddenError', 'higher privileges'],
    ['an expired token', json({ error: 'invalid_token', error_description: 'Token is expired. You can either do re-authorization or token refresh.' }, 401), 'UnauthorizedError', 'does not accept the credentials of secret slipway/git; put valid ones there (HTTP 401: Token is expired.'],
    ['a message of several parts', json({ message: { base: ['is too large'] } }, 413), 'RefusedError', 'is too large'],
    ['a project that moved', { status: 301 }, 'ConfigurationError', 'has moved; change its URL'],
    ['something else', { status: 201, body: '<html>' }, 'UnavailableError', 'gave an answer that cannot be read (HTTP 201)'],
  ])('is told as what it is: %s', async (_, answer, name, words) => {
    const committing = commit(await open('gitlab', gitlab(answer)));
    await expect(committing).rejects.toMatchObject({ name });
    await expect(committing).rejects.toThrow(words);
    await expect(committing).rejects.not.toThrow('hidden');
  });

  it('takes nothing for a commit of nothing, where no file was read', async () => {
    const host = await open('gitlab', gitlab(json({})));
    await expect(host.commit({ head: HEAD, files: {}, message: 'x' })).rejects.toThrow('takes no commit without a file; read one of them first.');
  });
});

describe('an answer of Gitea to the move of the branch', () => {
  it.each<[string, ScriptedAnswer, string, string]>([
    ['a branch that moved', json({ message: `branch commit does not match [expected: ${HEAD}, given: ${OURS}]` }, 422), 'ConflictError', 'branch commit does not match'],
    ['a ref that another push holds', json({ message: "cannot lock ref 'refs/heads/main'" }, 403), 'ConflictError', 'cannot lock ref'],
    ['a protected branch', json({ message: 'Gitea: Not allowed to push to protected branch main' }, 403), 'RefusedError', 'declined the commit to main: Gitea: Not allowed to push to protected branch main.'],
    ['a token that only reads', json({ message: 'token does not have at least one of required scope(s), required=[write:repository]' }, 403), 'ForbiddenError', 'grant write access'],
    ['an archived repository', json({ message: 'team/config is archived' }, 423), 'RefusedError', 'is archived'],
    ['a failure while the branch stays', json({ message: '' }, 500), 'UnavailableError', 'cannot answer now (HTTP 500)'],
    ['a server that has no such route', { status: 405 }, 'ConfigurationError', 'cannot move a branch by its API, as Gitea 1.26 can; use host: git for it.'],
  ])('is told as what it is: %s', async (_, answer, name, words) => {
    const committing = commit(await open('gitea', gitea(answer)));
    await expect(committing).rejects.toMatchObject({ name });
    await expect(committing).rejects.toThrow(words);
    expect(server.requests.at(-1)).toMatchObject({ method: 'DELETE', path: expect.stringContaining('/branches/slipway/') as string });
  });

  it('is not believed when it is a failure and the branch is there', async () => {
    expect(await commit(await open('gitea', gitea(json({ message: '' }, 500), OURS)))).toBe(OURS);
  });

  it('is a lost race when it is a failure and the branch is elsewhere', async () => {
    await expect(commit(await open('gitea', gitea(json({ message: 'push is rejected' }, 403), 'c'.repeat(40))))).rejects.toMatchObject({ name: 'ConflictError' });
  });
});

describe('the address of an API', () => {
  it.each<[GitRepository['host'], string, string | undefined, string]>([
    ['gitlab', '/group/team/config.git', undefined, '/api/v4/projects/group%2Fteam%2Fconfig/repository/branches/main'],
    ['gitlab', '/gitlab/team/config', '/gitlab/api/v4', '/gitlab/api/v4/projects/team%2Fconfig/repository/branches/main'],
    ['gitea', '/gitea/team/config.git', '/gitea/api/v1/', '/gitea/api/v1/repos/team/config/branches/main'],
  ])('of %s at %s with api %s', async (host, path, api, asked) => {
    server = await startScriptedServer(() => ({ status: 404 }));
    const secrets = createMemorySecrets({ 'slipway/git': '{"token":"x"}' });
    const repository: GitRepository = { host, url: `${server.url}${path}`, branch: 'main', credentials: 'slipway/git', aliases: [], ...(api === undefined ? {} : { api: `${server.url}${api}` }) };
    await (await createOpenGitHost({ secrets })(repository)).read([]).catch(() => undefined);
    expect(server.requests.map((request) => request.path)).toContain(asked);
  });

  it('takes no secret of another form, and shows nothing of it', async () => {
    const secrets = createMemorySecrets({ 'slipway/git': '{"username":"x","password":"hidden"}' });
    const opening = createOpenGitHost({ secrets })({ host: 'gitlab', url: 'https://gitlab.example.com/team/config', branch: 'main', credentials: 'slipway/git', aliases: [] });
    await expect(opening).rejects.toThrow('Secret slipway/git does not hold an access token; write it as {"token": "…"}.');
  });

  it.each<[GitRepository['host'], string, string]>([
    ['gitlab', 'https://gitlab.example.com/team/config.git', 'https://gitlab.example.com/team/config/-/commit/'],
    ['gitea', 'https://gitea.example.com/team/config', 'https://gitea.example.com/team/config/commit/'],
    ['codecommit', 'https://git-codecommit.eu-central-1.amazonaws.com/v1/repos/config', 'https://eu-central-1.console.aws.amazon.com/codesuite/codecommit/repositories/config/commit/'],
    ['git', 'https://gitea.example.com/team/config.git', 'https://gitea.example.com/team/config/commit/'],
  ])('has a page for each commit: %s', async (host, url, page) => {
    const secrets = createMemorySecrets({ 'slipway/git': host === 'git' ? '{"username":"x","password":"y"}' : '{"token":"x"}' });
    const repository = await createOpenGitHost({ secrets })({ host, url, branch: 'main', credentials: 'slipway/git', aliases: [] });
    expect(repository.link(HEAD)).toBe(`${page}${HEAD}`);
  });
});
