import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { afterAll, describe, expect, it } from 'vitest';
import { type ArgoCdWorld, type ArgoCdWorldOptions, type Given, givenBy, isRunning, type OtherToken, REQUEST, until } from './argo-cd-world.contract.ts';

/** A world that is also asked in plain HTTP. */
export type WireWorld = ArgoCdWorld & {
  readonly url: string;
  readonly caPem: string;
  /** Of `argocd`: may read and sync. */
  readonly token: string;
  readonly tokenOf: (kind: OtherToken) => Promise<string>;
};

type Call = {
  readonly method?: string;
  /** Below the Application, or from the root if it begins with `/api`; `{name}` and `{project}` are the world's. */
  readonly path?: string;
  /** Null for none; `token` of the world when not given. */
  readonly token?: OtherToken | 'garbage' | null;
  readonly body?: string;
  readonly type?: string | null;
};

type Answer = { readonly status: number; readonly type: string | undefined; readonly text: string };

/** An error in the body of Argo CD's gateway: gRPC code and text. */
type Row = readonly [what: string, call: Call, status: number, code: number, message: string | RegExp, options?: ArgoCdWorldOptions];

const SHA = '0123456789012345678901234567890123456789';
const SYNC = { method: 'POST', path: '/sync' } as const;
const inProject = { ...SYNC, body: '{"project":"{project}"}' } as const;

const TOKENS: readonly Row[] = [
  ['a request without a token', { token: null }, 401, 16, 'no session information'],
  ['a token that is none', { token: 'garbage' }, 401, 16, 'no session information'],
  ['a token of another server', { token: 'forged' }, 401, 16, 'invalid session: token signature is invalid: signature is invalid'],
  ['a token that has expired', { token: 'expired' }, 401, 16, 'invalid session: token has invalid claims: token is expired'],
  ['a token that was taken back', { token: 'revoked' }, 401, 16, /^invalid session: JWT token for role '\w+' issued at '\d+' does not exist in project '{project}'$/],
];

const ACCESS: readonly Row[] = [
  ['an unknown Application without its project', { path: '/api/v1/applications/nosuch' }, 403, 7, 'permission denied'],
  ['an unknown Application with its project', { path: '/api/v1/applications/nosuch?project={project}' }, 404, 5, 'applications.argoproj.io "nosuch" not found'],
  ['a refresh of an unknown Application', { path: '/api/v1/applications/nosuch?project={project}&refresh=normal' }, 404, 5, 'applications.argoproj.io "nosuch" not found'],
  ['a sync of an unknown Application', { ...inProject, path: '/api/v1/applications/nosuch/sync' }, 404, 5, 'applications.argoproj.io "nosuch" not found'],
  ['another project', { path: '?project=other' }, 403, 7, 'permission denied'],
  ['another namespace', { path: '?appNamespace=other' }, 403, 7, 'permission denied'],
  ['a token without rights', { token: 'nobody' }, 403, 7, 'permission denied'],
  ['a token without rights, with the project', { token: 'nobody', path: '?project={project}' }, 403, 7, 'permission denied'],
  ['a sync by a token that may read', { ...SYNC, token: 'reader' }, 403, 7, /^permission denied: applications, sync, {project}\/{name}, sub: proj:{project}:reader, iat: \d{4}-\d\d-\d\dT[\d:]{8}Z$/],
  ['the end of an operation by a token that may read', { method: 'DELETE', path: '/operation', token: 'reader' }, 403, 7, 'permission denied'],
  ['the end of an operation by a token that may read, with the project', { method: 'DELETE', path: '/operation?project={project}', token: 'reader' }, 403, 7, 'permission denied'],
];

const STATES: readonly Row[] = [
  ['a sync in a closed window', inProject, 403, 7, 'cannot sync: blocked by sync window', { closed: 'to everybody' }],
  ['a SHA while auto-sync is on', { ...SYNC, body: `{"revision":"${SHA}"}` }, 400, 9, `Cannot sync to ${SHA}: auto-sync currently set to main`, { autoSync: true }],
  ['a branch that does not exist', { ...SYNC, body: '{"revision":"nosuch"}' }, 400, 9, "error resolving repo revision: rpc error: code = Unknown desc = unable to resolve 'nosuch' to a commit SHA"],
  ['an Application of a branch that does not exist', inProject, 400, 9, "error resolving repo revision: rpc error: code = Unknown desc = unable to resolve 'nosuch' to a commit SHA", { withoutBranch: true }],
  ['a sync of an Application that is being deleted', inProject, 400, 9, 'application is deleting', { deleting: true }],
  ['the end of an operation where none runs', { method: 'DELETE', path: '/operation' }, 400, 3, 'Unable to terminate operation. No operation is in progress'],
  ['a body that is cut off', { ...SYNC, body: '{' }, 400, 3, 'unexpected EOF'],
  ['a body of other types', { ...SYNC, body: '{"prune":"yes"}' }, 400, 3, /^json: cannot unmarshal/],
  [
    'an object that is none of the Application',
    { path: '/resource?group=apps&version=v1&kind=Deployment&namespace=other&resourceName=web' },
    400,
    3,
    'Deployment apps web not found as part of application {name}',
  ],
];

const ROLLBACKS: readonly Row[] = [
  ['a rollback while auto-sync is on', { method: 'POST', path: '/rollback', body: '{"id":0}' }, 400, 9, 'rollback cannot be initiated when auto-sync is enabled', { autoSync: true }],
  ['a rollback to what never was', { method: 'POST', path: '/rollback', body: '{"id":999}' }, 400, 3, 'application argocd/{name} does not have deployment with id 999'],
];

const TEXTS: readonly (readonly [what: string, call: Call, status: number, text: string])[] = [
  ['a type of text', { ...SYNC, type: 'text/plain' }, 415, 'Invalid content type\n'],
  ['a type with a charset', { ...SYNC, type: 'application/json; charset=utf-8' }, 415, 'Invalid content type\n'],
  ['no type', { ...SYNC, type: null }, 415, 'Invalid content type\n'],
  ['a DELETE of no type', { method: 'DELETE', path: '/operation', type: null }, 415, 'Invalid content type\n'],
  ['an unknown route', { path: '/api/v1/nosuch' }, 404, 'Not Found\n'],
  ['another method', { method: 'PUT', path: '/sync' }, 405, 'Method Not Allowed\n'],
];

/** Status, code and text of Argo CD's answers, as our adapter reads them. Rows of `notSimulated` are for the real one alone. */
export function argoCdWireContract(name: string, start: (options: ArgoCdWorldOptions) => Promise<WireWorld>, notSimulated: readonly 'rollback'[] = []): void {
  const given = givenBy(start);
  const shared = sharing(start);

  describe(`Argo CD's wire: ${name}`, { concurrent: true }, () => {
    afterAll(() => shared.stop());

    it.each(named([...TOKENS, ...ACCESS, ...STATES]))('refuses %s', (_what, row) => refuses(changesRoles(row) ? given : shared.given, row));

    it.skipIf(notSimulated.includes('rollback')).each(named(ROLLBACKS))('refuses %s', (_what, row) => refuses(shared.given, row));

    it.each(TEXTS)('refuses, in plain text, %s', (_what, call, status, text) =>
      shared.given({}, async (world) => {
        expect(await send(world, call)).toEqual({ status, type: 'text/plain; charset=utf-8', text });
      })(),
    );

    it('refuses a second operation', given({ hook: 'hang' }, async (world) => {
      await world.argocd.sync(world.ref, REQUEST);
      const busy = { status: 400, code: 9, message: expect.stringContaining('another operation is already in progress') as string };
      expect(errorOf(await send(world, inProject))).toEqual(busy);
      await until(world.argocd, world.ref, isRunning);
      expect(errorOf(await send(world, inProject))).toEqual(busy);
    }));

    it('gives errors of a stream another shape', shared.given({}, async (world) => {
      const { status, text } = await send(world, { path: '/api/v1/stream/applications?name={name}', token: 'garbage' });
      expect(status).toBe(401);
      expect(JSON.parse(text)).toEqual({ error: { grpc_code: 16, http_code: 401, message: 'no session information', http_status: 'Unauthorized' } });
    }));

    it('shows an accepted sync as requested, and no state of it', given({ hook: 'hang' }, async (world) => {
      const { status, text } = await send(world, { ...SYNC, body: JSON.stringify({ ...REQUEST, project: world.ref.project }) });
      const { operation, status: state } = JSON.parse(text) as { operation: object; status: object };
      expect(status).toBe(200);
      expect(operation).toMatchObject({ sync: { revision: expect.stringMatching(/^[0-9a-f]{40}$/) as string }, info: REQUEST.infos, initiatedBy: { username: `proj:${world.ref.project}:slipway` } });
      expect(state).not.toHaveProperty('operationState');
    }));

    it.each([
      ['sync', '{project}%2F{name}', 'yes'],
      ['override', '{project}%2F{name}', 'no'],
      ['sync', 'other%2F{name}', 'no'],
    ])('answers whether the token may %s %s', (action, object, value) =>
      shared.given({}, async (world) => {
        expect(JSON.parse((await send(world, { path: `/api/v1/account/can-i/applications/${action}/${object}` })).text)).toEqual({ value });
      })(),
    );

    it.each([
      [undefined, true],
      ['to everybody', false],
      ['to auto-sync', true],
    ] as const)('names the windows of an Application, closed %s', (closed, canSync) =>
      shared.given(closed === undefined ? {} : { closed }, async (world) => {
        const windows = closed === undefined ? undefined : [{ kind: 'deny', schedule: '* * * * *', duration: '1h', manualSync: canSync }];
        expect(JSON.parse((await send(world, { path: '/syncwindows' })).text)).toEqual({ canSync, ...(windows && { activeWindows: windows, assignedWindows: windows }) });
      })(),
    );
  });
}

/** Cases that only ask, or are refused, leave their world as it was: those that want the same one have it together. */
function sharing(start: (options: ArgoCdWorldOptions) => Promise<WireWorld>): { readonly given: Given<WireWorld>; stop(): Promise<void> } {
  const worlds = new Map<string, Promise<WireWorld>>();
  return {
    given: (options, run) => async () => {
      const key = JSON.stringify(options);
      const world = worlds.get(key) ?? start(options);
      worlds.set(key, world);
      await run(await world);
    },
    async stop() {
      // One that did not start has failed its cases.
      for (const world of await Promise.allSettled(worlds.values())) if (world.status === 'fulfilled') await world.value.stop();
    },
  };
}

/** A token that ends, or is made anew, is written into the AppProject. */
function changesRoles([, { token }]: Row): boolean {
  return token !== undefined && token !== null && token !== 'garbage';
}

function named(rows: readonly Row[]): (readonly [what: string, row: Row])[] {
  return rows.map((row) => [row[0], row]);
}

async function refuses(given: Given<WireWorld>, [, call, status, code, message, options = {}]: Row): Promise<void> {
  await given(options, async (world) => {
    const expected = typeof message === 'string' ? filled(message, world) : (expect.stringMatching(new RegExp(filled(message.source, world))) as string);
    expect(errorOf(await send(world, call))).toEqual({ status, code, message: expected });
  })();
}

function errorOf({ status, text }: Answer): { status: number; code: unknown; message: unknown } {
  const { error, code, message } = JSON.parse(text) as Record<string, unknown>;
  expect(error).toBe(message);
  return { status, code, message };
}

function filled(text: string, { ref }: WireWorld): string {
  return text.replaceAll('{name}', ref.name).replaceAll('{project}', ref.project);
}

async function send(world: WireWorld, { method = 'GET', path = '', token, body, type }: Call): Promise<Answer> {
  const text = filled(body ?? '{}', world);
  const contentType = type === undefined ? (method === 'GET' ? null : 'application/json') : type;
  const url = world.url + filled(path.startsWith('/api') ? path : `/api/v1/applications/{name}${path}`, world);
  const headers = { ...(contentType !== null && { 'content-type': contentType }), ...authorization(await credential(world, token)) };
  const request = httpsRequest(url, { method, headers, ca: world.caPem, agent: false }).end(method === 'POST' || method === 'PUT' ? text : undefined);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  let answer = '';
  for await (const chunk of response.setEncoding('utf8')) answer += String(chunk);
  return { status: response.statusCode ?? 0, type: response.headers['content-type'], text: answer };
}

async function credential(world: WireWorld, token: Call['token']): Promise<string | null> {
  if (token === undefined) return world.token;
  return token === null || token === 'garbage' ? token : world.tokenOf(token);
}

function authorization(token: string | null): { authorization?: string } {
  return token === null ? {} : { authorization: `Bearer ${token}` };
}
