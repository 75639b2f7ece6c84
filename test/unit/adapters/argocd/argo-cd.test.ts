import { afterEach, describe, expect, it } from 'vitest';
import { createOpenArgoCd } from '../../../../src/adapters/argocd/argo-cd.ts';
import { createMemorySecrets } from '../../../../src/adapters/memory/secrets.ts';
import type { ObservedApplication } from '../../../../src/domain/application.ts';
import { type ScriptedAnswer, type ScriptedRequest, type ScriptedServer, startScriptedServer } from '../../../support/scripted-server.ts';

const REF = { name: 'inference-dev', project: 'inference' };
const REQUEST = { prune: true, infos: [{ name: 'slipway-execution', value: 'arn:one' }] };
const TOKEN = `header.${'t'.repeat(20)}.signature`;
const SECRETS = { 'slipway/argocd': JSON.stringify({ token: TOKEN }) };

let server: ScriptedServer | undefined;
afterEach(() => server?.close());

async function connect(answer: (request: ScriptedRequest, index: number) => ScriptedAnswer, secrets: Record<string, string> = SECRETS) {
  server = await startScriptedServer(answer);
  const open = createOpenArgoCd({ secrets: createMemorySecrets(secrets), now: () => '2026-01-02T12:00:00.000Z' });
  return open({ url: server.url, token: 'slipway/argocd' });
}

function application(resourceVersion: string, extra: object = {}, spec: object = {}): string {
  const metadata = { name: REF.name, namespace: 'argocd', resourceVersion };
  return JSON.stringify({ metadata, spec: { project: 'inference', source: { repoURL: 'https://git.example.com/c.git' }, ...spec }, ...extra });
}

const refusal = (code: number, message: string) => JSON.stringify({ error: message, code, message });
const event = (object: string, type = 'MODIFIED') => `data: ${JSON.stringify({ result: { type, application: JSON.parse(object) as unknown } })} \n\n`;

describe('refusals of Argo CD', () => {
  it.each([
    ['UnauthorizedError', 401, refusal(16, 'no session information'), 'create a new project-role token and put it into secret slipway/argocd'],
    ['UnauthorizedError', 401, refusal(16, 'invalid session: token signature is invalid: signature is invalid'), 'signature is invalid'],
    ['ForbiddenError', 403, refusal(7, 'permission denied: applications, get, inference/inference-dev'), 'read Application inference-dev of project inference'],
    ['NotFoundError', 404, refusal(5, 'applications.argoproj.io "inference-dev" not found'), 'inference-dev'],
    ['RefusedError', 400, refusal(9, 'error resolving repo revision: unable to resolve'), 'error resolving repo revision'],
    ['UnavailableError', 503, refusal(14, 'connection refused'), 'connection refused'],
    ['UnavailableError', 400, refusal(9, 'error resolving repo revision: rpc error: code = Unavailable desc = connection error: desc = "transport: Error while dialing: dial tcp 10.0.0.1:8081: connect: connection refused"'), 'code = Unavailable'],
    ['UnavailableError', 400, refusal(9, 'error resolving repo revision: rpc error: code = Unknown desc = failed to list refs: Get "https://git.example.com/c.git/info/refs?service=git-upload-pack": read tcp 10.0.0.1:40890->10.0.0.2:443: read: connection reset by peer'), 'connection reset'],
    ['UnavailableError', 409, refusal(10, 'the object has been modified'), 'modified'],
    ['UnavailableError', 502, '<html>\nBad Gateway\n</html>', 'Bad Gateway'],
    ['UnavailableError', 415, 'Invalid content type\n', 'Invalid content type'],
    ['TimeoutError', 504, refusal(4, 'context deadline exceeded'), 'took too long'],
    ['TimeoutError', 500, refusal(2, 'application refresh deadline exceeded'), 'took too long'],
    ['RateLimitedError', 429, '', 'HTTP 429'],
    ['ConfigurationError', 404, 'Not Found\n', 'is not the API of Argo CD'],
    ['ConfigurationError', 307, '', 'is not the API of Argo CD'],
    ['UnavailableError', 200, '<html>login</html>', 'it is not JSON'],
    ['UnavailableError', 200, '{"metadata":{"name":1}}', 'unexpected metadata.name'],
  ])('are %s for %i %s', async (name, status, body, message) => {
    const argocd = await connect(() => ({ status, body }));
    const error = await argocd.application(REF).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name, message: expect.stringContaining(message) as string });
    expect(String(error)).not.toContain(TOKEN);
  });

  it.each([
    ['UnavailableError', 'yes', 'could not read Application inference-dev of project inference: it says "permission denied" of an Application that our token may read'],
    ['ForbiddenError', 'no', 'does not let our token read Application inference-dev of project inference'],
  ])('are %s for a bare "permission denied" where our token may read: %s', async (name, value, message) => {
    const argocd = await connect(({ path }) => (path.includes('/can-i/') ? { body: JSON.stringify({ value }) } : { status: 403, body: refusal(7, 'permission denied') }));
    await expect(argocd.application(REF)).rejects.toMatchObject({ name, message: expect.stringContaining(message) as string });
    expect(server?.requests.at(-1)?.path).toBe('/api/v1/account/can-i/applications/get/inference%2Finference-dev');
  });

  it('names Argo CD when it cannot be reached', async () => {
    const argocd = await connect(() => ({}));
    await server?.close();
    await expect(argocd.application(REF)).rejects.toMatchObject({ name: 'UnavailableError', message: expect.stringContaining('Argo CD at http://127.0.0.1') as string });
  });

  it.each([
    ['is not JSON', 'plain text'],
    ['has no token', '{}'],
    ['has a line break in its token', JSON.stringify({ token: 'a\nb' })],
  ])('say so for a secret that %s, without its value', async (_what, text) => {
    await expect(connect(() => ({}), { 'slipway/argocd': text })).rejects.toMatchObject({ name: 'ConfigurationError', message: expect.stringMatching(/^Secret slipway\/argocd does not hold/) as string });
  });
});

describe('a sync request', () => {
  it('says what it may and nothing else, with a content type that Argo CD takes', async () => {
    const argocd = await connect(() => ({ body: application('2') }));
    expect(await argocd.sync({ ...REF, namespace: 'team' }, REQUEST)).toBe('requested');
    expect(server?.requests[0]).toMatchObject({ method: 'POST', path: '/api/v1/applications/inference-dev/sync', headers: { 'content-type': 'application/json', authorization: `Bearer ${TOKEN}` } });
    expect(JSON.parse(server?.requests[0]?.body ?? '')).toEqual({ project: 'inference', appNamespace: 'team', ...REQUEST });
  });

  it('is busy also where the text is wrapped', async () => {
    const argocd = await connect(() => ({ status: 400, body: refusal(9, 'error setting app operation: another operation is already in progress') }));
    expect(await argocd.sync(REF, REQUEST)).toBe('busy');
  });

  it('is not sent again when the connection is cut', async () => {
    const argocd = await connect((_request, index) => (index === 0 ? { body: application('1') } : 'cut'));
    await argocd.application(REF);
    await expect(argocd.sync(REF, REQUEST)).rejects.toMatchObject({ name: 'UnavailableError' });
    expect(server?.requests).toHaveLength(2);
  });

  it('says until when a window is closed', async () => {
    const windows = { canSync: false, assignedWindows: [{ kind: 'deny', schedule: '0 11 * * *', duration: '2h' }] };
    const argocd = await connect(({ method, path }) => {
      if (method === 'POST') return { status: 403, body: refusal(7, 'cannot sync: blocked by sync window') };
      return { body: path.includes('/can-i/') ? '{"value":"yes"}' : JSON.stringify(windows) };
    });
    await expect(argocd.sync(REF, REQUEST)).rejects.toMatchObject({ name: 'RefusedError', message: expect.stringContaining('window closed until 2026-01-02T13:00:00.000Z (deny 0 11 * * * for 2h)') as string });
  });

  it("keeps Argo CD's words when the window has opened since", async () => {
    const argocd = await connect(({ method, path }) => {
      if (method === 'POST') return { status: 403, body: refusal(7, 'cannot sync: blocked by sync window') };
      return { body: path.includes('/can-i/') ? '{"value":"yes"}' : '{"canSync":true}' };
    });
    await expect(argocd.sync(REF, REQUEST)).rejects.toMatchObject({ name: 'RefusedError', message: expect.stringContaining('blocked by sync window') as string });
  });
});

describe('a request to end the operation', () => {
  it('has no body, and a content type all the same, which Argo CD asks for', async () => {
    const argocd = await connect(() => ({ body: '{}' }));
    expect(await argocd.terminate({ ...REF, namespace: 'team' })).toBe('requested');
    expect(server?.requests[0]).toMatchObject({
      method: 'DELETE',
      path: '/api/v1/applications/inference-dev/operation?project=inference&appNamespace=team',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${TOKEN}` },
      body: '',
    });
  });

  it('is idle where Argo CD has nothing to end', async () => {
    const argocd = await connect(() => ({ status: 400, body: refusal(3, 'Unable to terminate operation. No operation is in progress') }));
    expect(await argocd.terminate(REF)).toBe('idle');
  });

  it.each([
    ['RefusedError', 400, refusal(3, 'something else'), 'refused to end the operation of Application inference-dev of project inference: something else'],
    ['ForbiddenError', 403, refusal(7, 'permission denied'), 'end the operation of Application inference-dev'],
    ['UnavailableError', 500, refusal(13, 'Failed to terminate app. Too many conflicts'), 'Too many conflicts'],
  ])('passes a refusal on: %s', async (name, status, body, message) => {
    const argocd = await connect(() => ({ status, body }));
    await expect(argocd.terminate(REF)).rejects.toMatchObject({ name, message: expect.stringContaining(message) as string });
  });
});

describe('rights', () => {
  it('are asked for under the name that Argo CD checks', async () => {
    const argocd = await connect(({ path }) => ({ body: path.includes('/can-i/') ? '{"value":"no"}' : '{"canSync":true}' }));
    expect(await argocd.syncRights({ ...REF, namespace: 'team' })).toEqual({ allowed: false, closedBy: null });
    expect(server?.requests.map(({ path }) => path).sort()).toEqual([
      '/api/v1/account/can-i/applications/sync/inference%2Fteam%2Finference-dev',
      '/api/v1/applications/inference-dev/syncwindows?project=inference&appNamespace=team',
    ]);
  });

  it('believe the server that a manual sync is forbidden, although no window tells why', async () => {
    const argocd = await connect(({ path }) => ({ body: path.includes('/can-i/') ? '{"value":"yes"}' : '{"canSync":false}' }));
    expect(await argocd.syncRights(REF)).toEqual({ allowed: true, closedBy: { window: 'a sync window', until: null } });
  });
});

describe('an Application', () => {
  it('is refreshed with a limit on the side of the server', async () => {
    const argocd = await connect(() => ({ body: application('1') }));
    await argocd.application(REF, 'hard');
    expect(server?.requests[0]).toMatchObject({ path: '/api/v1/applications/inference-dev?refresh=hard&project=inference', headers: { 'grpc-timeout': '15S' } });
  });

  it('is asked for a hard refresh where Argo CD lost a normal one', async () => {
    const argocd = await connect(({ path }) => (path.includes('refresh=normal') ? { status: 504, body: refusal(4, 'context deadline exceeded') } : { body: application('1') }));
    expect((await argocd.application(REF, 'normal')).name).toBe(REF.name);
    expect(server?.requests.map(({ path, headers }) => [/refresh=(\w+)/.exec(path)?.[1], headers['grpc-timeout']])).toEqual([['normal', '10S'], ['hard', '15S']]);
  });

  it.each(['normal', 'hard'] as const)('is given up where Argo CD answers no refresh, after a hard one (asked: %s)', async (how) => {
    const argocd = await connect(() => ({ status: 504, body: refusal(4, 'context deadline exceeded') }));
    await expect(argocd.application(REF, how)).rejects.toMatchObject({ name: 'TimeoutError', message: expect.stringContaining('took too long to refresh Application inference-dev') as string });
    expect(server?.requests.map(({ path }) => /refresh=(\w+)/.exec(path)?.[1])).toEqual(how === 'normal' ? ['normal', 'hard'] : ['hard']);
  });

  it('is read once more when a kept connection had been closed', async () => {
    const argocd = await connect((_request, index) => (index === 1 ? 'cut' : { body: application('1') }));
    await argocd.application(REF);
    expect((await argocd.application(REF)).name).toBe(REF.name);
    expect(server?.connections()).toBe(2);
  });

  it('uses one connection for one call after the other', async () => {
    const argocd = await connect(() => ({ body: application('1') }));
    for (let call = 0; call < 3; call++) await argocd.application(REF);
    expect(server?.connections()).toBe(1);
  });

  it('has revisions per source, and failures of resources and hooks', async () => {
    const resources = [
      { kind: 'Service', name: 'web', status: 'Synced' },
      { kind: 'Deployment', name: 'web', status: 'SyncFailed', message: 'is invalid' },
      { kind: 'Job', name: 'migrate', hookPhase: 'Failed', message: 'backoff limit' },
      { kind: 'Pod', name: 'probe', hookPhase: 'Error' },
    ];
    const operationState = { phase: 'Failed', startedAt: '2026-01-02T03:04:05Z', finishedAt: null, operation: { sync: { revisions: ['x', 'y'] }, initiatedBy: { username: 'alice' } }, syncResult: { resources } };
    const status = { operationState, sync: { status: 'OutOfSync', revision: '', revisions: ['a', 'b'] }, conditions: null };
    const sources = [{ repoURL: 'https://charts.example.com', targetRevision: '1.2' }, { repoURL: 'https://git.example.com/c.git', targetRevision: 'main' }];
    const argocd = await connect(() => ({ body: application('1', { status, operation: {} }, { sources, syncPolicy: { automated: { enabled: false, prune: true } } }) }));
    expect(await argocd.application(REF)).toMatchObject({
      autoSync: null,
      operationRequested: true,
      sources: [{ repoUrl: 'https://charts.example.com', targetRevision: '1.2' }, { repoUrl: 'https://git.example.com/c.git', targetRevision: 'main' }],
      sync: { status: 'OutOfSync', revisions: ['a', 'b'] },
      operation: { phase: 'Failed', revisions: ['x', 'y'], initiatedBy: 'alice', automated: false, results: 4, failures: ['Deployment web: is invalid', 'Job migrate: backoff limit', 'Pod probe: no message'] },
    });
  });
});

describe('a watch', () => {
  const isStream = ({ path }: ScriptedRequest) => path.startsWith('/api/v1/stream/');

  async function take(watch: AsyncIterable<ObservedApplication>, count: number): Promise<string[]> {
    const healths: string[] = [];
    for await (const { health } of watch) if (healths.push(health) === count) return healths;
    return healths;
  }

  const healthy = (version: string, status: string) => application(version, { status: { health: { status } } });

  it('leaves out what is not newer than what was seen, and reopens a dropped stream with a fresh read', async () => {
    let reads = 0;
    const argocd = await connect((request) => {
      if (!isStream(request)) return { body: healthy(reads++ === 0 ? '5' : '9', reads === 1 ? 'first' : 'read again') };
      const streamed = [':\n', event(healthy('4', 'older')), event(healthy('5', 'same')), event(healthy('6', 'second')).slice(0, 30), event(healthy('6', 'second')).slice(30)];
      return reads === 1 ? { stream: streamed } : { stream: [], hold: true };
    });
    expect(await take(argocd.watch(REF, new AbortController().signal), 3)).toEqual(['first', 'second', 'read again']);
    expect(server?.requests.find(isStream)).toMatchObject({ path: '/api/v1/stream/applications?name=inference-dev', headers: { accept: 'text/event-stream' } });
  });

  it('goes on by reads where each stream is cut and the Application can be read', async () => {
    let reads = 0;
    const argocd = await connect((request) => (isStream(request) ? 'cut' : { body: ++reads <= 5 ? healthy('5', 'first') : healthy('6', 'changed') }));
    expect(await take(argocd.watch(REF, new AbortController().signal), 2)).toEqual(['first', 'changed']);
  });

  it('shows nothing that is older than a sync it requested', async () => {
    const argocd = await connect((request) => {
      if (request.method === 'POST') return { body: application('7') };
      return isStream(request) ? { stream: [event(healthy('6', 'before the request')), event(healthy('8', 'after it'))], hold: true } : { body: healthy('5', 'read') };
    });
    const seen: string[] = [];
    for await (const { health } of argocd.watch(REF, new AbortController().signal)) {
      seen.push(health);
      if (seen.length === 2) break;
      await argocd.sync(REF, REQUEST);
    }
    expect(seen).toEqual(['read', 'after it']);
  });

  it('shows a version that another call was answered first', async () => {
    const argocd = await connect((request) => {
      if (!isStream(request)) return { body: request.path.includes('refresh') ? healthy('6', 'refreshed') : healthy('5', 'read') };
      return { stream: [event(healthy('6', 'refreshed')), event(healthy('6', 'refreshed')), event(healthy('7', 'last'))], hold: true };
    });
    const seen: string[] = [];
    for await (const { health } of argocd.watch(REF, new AbortController().signal)) {
      seen.push(health);
      if (seen.length === 3) break;
      if (seen.length === 1) await argocd.application(REF, 'normal');
    }
    expect(seen).toEqual(['read', 'refreshed', 'last']);
  });

  it('reads again where the stream begins with nothing, as that of an Application does which was deleted meanwhile', async () => {
    let reads = 0;
    const argocd = await connect((request) => {
      if (isStream(request)) return { stream: [':\n'], hold: true };
      return reads++ === 0 ? { body: healthy('1', 'first') } : { status: 404, body: refusal(5, 'applications.argoproj.io "inference-dev" not found') };
    });
    await expect(take(argocd.watch(REF, new AbortController().signal), 9)).rejects.toMatchObject({ name: 'NotFoundError' });
  });

  it('ends when it is aborted, also on a silent stream', async () => {
    const argocd = await connect((request) => (isStream(request) ? { hold: true } : { body: healthy('1', 'only') }));
    const stop = new AbortController();
    const seen: string[] = [];
    for await (const { health } of argocd.watch(REF, stop.signal)) {
      seen.push(health);
      queueMicrotask(() => stop.abort());
    }
    expect(seen).toEqual(['only']);
  });

  it.each([
    ['NotFoundError', 'the Application was deleted', { stream: [event(healthy('2', 'gone'), 'DELETED')], hold: true }],
    ['UnauthorizedError', 'the token ends while it is open', { stream: [`data: ${JSON.stringify({ error: { grpc_code: 16, http_code: 401, message: 'token is expired', http_status: 'Unauthorized' } })}\n\n`] }],
    ['UnauthorizedError', 'it is refused', { status: 401, body: JSON.stringify({ error: { grpc_code: 16, http_code: 401, message: 'no session information', http_status: 'Unauthorized' } }) }],
  ])('throws %s when %s', async (name, _when, answer) => {
    const argocd = await connect((request) => (isStream(request) ? answer : { body: healthy('1', 'first') }));
    await expect(take(argocd.watch(REF, new AbortController().signal), 9)).rejects.toMatchObject({ name });
  });

  it('throws when Argo CD stays away', async () => {
    const argocd = await connect(() => ({ status: 503, body: refusal(14, 'unavailable') }));
    await expect(take(argocd.watch(REF, new AbortController().signal), 1)).rejects.toMatchObject({ name: 'UnavailableError' });
    expect(server?.requests).toHaveLength(5);
  });
});
