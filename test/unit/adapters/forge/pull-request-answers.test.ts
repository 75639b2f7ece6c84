import { afterEach, describe, expect, it } from 'vitest';
import { createOpenGiteaPulls } from '../../../../src/adapters/gitea/open-gitea.ts';
import { createOpenGitHubPulls } from '../../../../src/adapters/github/open-github.ts';
import { createOpenGitLabPulls } from '../../../../src/adapters/gitlab/open-gitlab.ts';
import { createOpenPullRequests } from '../../../../src/adapters/git-hosts/open-pull-requests.ts';
import { createMemorySecrets } from '../../../../src/adapters/memory/secrets.ts';
import type { GitRepository } from '../../../../src/domain/service.ts';
import type { OpenPullRequests, PullRequests } from '../../../../src/ports/pull-requests.ts';
import { appKeys } from '../../../support/git-hosts/github-world.ts';
import { type ScriptedAnswer, type ScriptedRequest, type ScriptedServer, startScriptedServer } from '../../../support/scripted-server.ts';

const HEAD = 'a'.repeat(40);
const OPEN = { number: 7, url: 'https://git.example.com/7', state: 'open', head: HEAD } as const;
const secrets = createMemorySecrets({ 'slipway/git': '{"token":"t"}' });
let server: ScriptedServer;
afterEach(() => server?.close());

async function open(host: GitRepository['host'], create: OpenPullRequests, answer: (request: ScriptedRequest) => ScriptedAnswer): Promise<PullRequests> {
  server = await startScriptedServer(answer);
  return create({ host, url: `${server.url}/team/config.git`, branch: 'main', credentials: 'slipway/git', aliases: [] });
}

const json = (status: number, body: object): ScriptedAnswer => ({ status, body: JSON.stringify(body) });

describe('Gitea › what it says of merging by itself', () => {
  const gitea = (status: number, message: string) =>
    open('gitea', createOpenGiteaPulls({ secrets }), ({ method }) => (method === 'GET' ? json(200, { default_branch: 'main' }) : json(status, { message })));

  it.each<[string, number, string, string, RegExp]>([
    ['it does not know yet', 405, 'Please try again later', 'UnavailableError', /does not know yet whether pull request #7 can be merged/],
    ['its rules decline', 405, 'Does not have enough approvals', 'RefusedError', /declined to merge pull request #7 by itself: Does not have enough approvals; correct its rules, or leave merge\.automatic out\./],
    ['the branch has moved', 409, 'head out of date', 'ConflictError', /changed meanwhile: head out of date/],
    ['the repository is archived', 423, 'Repository is archived', 'RefusedError', /declined to merge pull request #7 by itself: Repository is archived/],
    ['no right', 403, 'token does not have required scope', 'ForbiddenError', /grant write access/],
  ])('is told as what it is: %s', async (_, status, message, name, words) => {
    const merging = (await gitea(status, message)).autoMerge(OPEN);
    await expect(merging).rejects.toMatchObject({ name });
    await expect(merging).rejects.toThrow(words);
  });

  it.each([[405, 'The PR is already merged'], [409, 'pull request is already scheduled to auto merge when checks succeed'], [201, '']])('is well where it is so already: %i %s', async (status, message) => {
    await (await gitea(status, message)).autoMerge(OPEN);
  });

  it('finds one among many, and none that comes from a fork', async () => {
    const pull = (number: number, repo_id: number, ref = 'other') => ({ number, html_url: 'u', state: 'open', merged: false, head: { ref, sha: HEAD, repo_id }, base: { repo_id: 1 } });
    const pages = [[...Array.from({ length: 49 }, (_, index) => pull(index + 1, 1)), pull(50, 2, 'slipway/dev/web')], [pull(51, 1, 'slipway/dev/web')]];
    const pulls = await open('gitea', createOpenGiteaPulls({ secrets }), ({ path }) => {
      if (path.includes('/branches/')) return json(404, { message: 'not found' });
      return json(200, pages[Number(/page=(\d+)/.exec(path)?.[1]) - 1] ?? []);
    });
    expect((await pulls.find('slipway/dev/web')).pullRequest?.number).toBe(51);
    expect((await pulls.find('slipway/dev/none')).pullRequest).toBeNull();
  });
});

describe('GitLab › what it says of merging by itself', () => {
  const gitlab = (status: number, message: string, detailed_merge_status: string) => {
    const merge = { iid: 7, web_url: 'u', state: 'opened', sha: HEAD, detailed_merge_status };
    return open('gitlab', createOpenGitLabPulls({ secrets }), ({ method }) => (method === 'GET' ? json(200, merge) : json(status, { message })));
  };

  it.each<[string, number, string, string, string, RegExp]>([
    ['it does not know yet', 422, 'Branch cannot be merged', 'checking', 'UnavailableError', /does not know yet whether merge request !7 can be merged \(checking\)/],
    ['its rules decline', 405, '405 Method Not Allowed', 'discussions_not_resolved', 'RefusedError', /declined to merge !7 by itself: 405 Method Not Allowed \(discussions_not_resolved\)/],
    ['the branch has moved', 409, 'SHA does not match HEAD of source branch', 'mergeable', 'ConflictError', /changed meanwhile/],
    ['bad words', 400, 'sha is invalid', 'mergeable', 'RefusedError', /declined to merge !7 by itself: sha is invalid/],
    ['no right', 401, '401 Unauthorized', 'mergeable', 'UnauthorizedError', /slipway\/git/],
  ])('is told as what it is: %s', async (_, status, message, detailed, name, words) => {
    const merging = (await gitlab(status, message, detailed)).autoMerge(OPEN);
    await expect(merging).rejects.toMatchObject({ name });
    await expect(merging).rejects.toThrow(words);
  });

  it('is open while GitLab merges it', async () => {
    const pulls = await open('gitlab', createOpenGitLabPulls({ secrets }), () => json(200, { iid: 7, web_url: 'u', state: 'locked', sha: HEAD }));
    expect(await pulls.look(7)).toEqual({ number: 7, url: 'u', state: 'open', head: HEAD });
  });
});

describe('GitLab › what it says of who asks', () => {
  const gitlab = (project: object, token: ScriptedAnswer) => open('gitlab', createOpenGitLabPulls({ secrets }), ({ path }) => (path.endsWith('/self') ? token : json(200, project)));
  const scopes = (...names: string[]) => json(200, { scopes: names });
  const levels = (project_access: number | null, group_access: number | null) => {
    const [project, group] = [project_access, group_access].map((access_level) => (access_level === null ? null : { access_level }));
    return { permissions: { project_access: project, group_access: group } };
  };

  it.each<[string, object, ScriptedAnswer]>([
    ['a Developer of the project', levels(30, null), scopes('api')],
    ['a Maintainer of its group, who reports on the project', levels(20, 40), scopes('read_api', 'api')],
    ['an administrator, whose role it does not tell', levels(null, null), scopes('api')],
    ['a token that may not read what it is', levels(30, null), json(404, { message: '404 Not Found' })],
  ])('is enough: %s', async (_, project, token) => {
    await (await gitlab(project, token)).checkRights();
  });

  it.each<[string, object, ScriptedAnswer, RegExp]>([
    ['a Reporter', levels(20, null), scopes('api'), /^Git repository \S+ does not let the user of secret slipway\/git write; grant write access to the repository \(a role below Developer\)\.$/],
    ['a token that only reads', levels(30, null), scopes('read_api', 'read_user'), /\(the token's scopes are read_api, read_user; it needs api\)\.$/],
  ])('is too little: %s', async (_, project, token, words) => {
    await expect((await gitlab(project, token)).checkRights()).rejects.toThrow(words);
  });
});

describe('GitHub › what it says of merging by itself', () => {
  it('is told in its words where the repository does not allow it', async () => {
    const pull = { id: 'PR_7', number: 7, url: 'u', state: 'OPEN', headRefOid: HEAD, isCrossRepository: false, mergedBy: null, timelineItems: { nodes: [] } };
    const pulls = await open('github', createOpenGitHubPulls({ secrets }), ({ body }) =>
      body.includes('query Look')
        ? json(200, { data: { repository: { viewerDefaultMergeMethod: 'SQUASH', pullRequest: pull } } })
        : json(200, { data: null, errors: [{ type: 'UNPROCESSABLE', message: 'Auto merge is not allowed for this repository' }] }),
    );
    await expect(pulls.autoMerge(OPEN)).rejects.toThrow('Auto merge is not allowed for this repository');
  });
});

describe('GitHub › what it says of an App that asks', () => {
  it('is told with the permissions that it needs, where it lacks one', async () => {
    const app = createMemorySecrets({ 'slipway/git': JSON.stringify({ appId: '12345', installationId: '67890', privateKey: appKeys().privateKey }) });
    const pulls = await open('github', createOpenGitHubPulls({ secrets: app }), () => json(422, { message: 'The permissions requested are not granted to this installation.' }));
    await expect(pulls.checkRights()).rejects.toThrow('the GitHub App 12345 of secret slipway/git lacks a permission; grant its installation contents: write, pull_requests: write (HTTP 422: The permissions requested are not granted');
  });
});

describe('a host without pull requests', () => {
  it('is refused by name', async () => {
    const opening = createOpenPullRequests({ secrets })({ host: 'git', url: 'https://git.example.com/team/config.git', branch: 'main', aliases: [] });
    await expect(opening).rejects.toThrow("Git repository https://git.example.com/team/config.git has no pull requests over plain Git; name its host's API as host, or set delivery to commit.");
  });
});
