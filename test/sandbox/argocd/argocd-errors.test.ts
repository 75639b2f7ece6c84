import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, MANUAL, startWorld, type TestWorld } from './argocd-world.ts';

// Codes and texts as a real Argo CD 3.5.7 gave them for the same requests.
const app = '/api/v1/applications/inference-dev';
const sha = '0123456789012345678901234567890123456789';

let world: TestWorld;

beforeAll(async () => {
  world = await startWorld({ manifests: withReader });
});

afterAll(() => world.stop());

describe("Argo CD's API in the sandbox", () => {
  it.each([
    ['applications/get/inference%2Finference-dev', 'yes'],
    ['applications/sync/inference/inference-dev', 'yes'],
    ['applications/override/inference%2Finference-dev', 'no'],
    ['applications/sync/other%2Fapp', 'no'],
    ['projects/get/inference', 'no'],
  ])('answers can-i %s with %s', async (question, value) => {
    expect((await world.call('GET', `/api/v1/account/can-i/${question}`)).json()).toEqual({ value });
  });

  it.each([
    ['without a token', null, 'no session information'],
    ['with a token that is none', 'garbage', 'no session information'],
  ])('answers 401 %s', async (_case, token, message) => {
    expectError(await world.call('GET', app, { token }), 401, 16, message);
  });

  it('answers 401 to a token of another server', async () => {
    const forged = `${world.token.slice(0, world.token.lastIndexOf('.'))}.AAAA`;
    expectError(await world.call('POST', `${app}/sync`, { token: forged, body: '{}' }), 401, 16, 'invalid session: token signature is invalid: signature is invalid');
  });

  it('answers an error of a stream in the shape of streams', async () => {
    const answer = await world.call('GET', '/api/v1/stream/applications?name=inference-dev', { token: 'garbage' });
    expect(answer.status).toBe(401);
    expect(answer.json()).toEqual({ error: { grpc_code: 16, http_code: 401, message: 'no session information', http_status: 'Unauthorized' } });
  });

  it.each([
    ['/api/v1/applications/nosuch', 403, 7, 'permission denied'],
    ['/api/v1/applications/nosuch?project=inference', 404, 5, 'applications.argoproj.io "nosuch" not found'],
    ['/api/v1/applications/nosuch?refresh=normal&project=inference', 404, 5, 'applications.argoproj.io "nosuch" not found'],
    [`${app}?project=other`, 403, 7, 'permission denied'],
    [`${app}?appNamespace=other`, 403, 7, 'permission denied'],
    [`${app}?fields=metadata.name`, 501, 12, 'the sandbox\'s Argo CD does not simulate the query parameter "fields"'],
    [`${app}/resource?group=apps&version=v1&kind=Deployment&namespace=inference&resourceName=web`, 400, 3, 'Deployment apps web not found as part of application inference-dev'],
  ])('answers GET %s with %i', async (path, status, code, message) => {
    expectError(await world.call('GET', path), status, code, message);
  });

  it.each([
    ['an explicit SHA while auto-sync is on', { revision: sha }, 400, 9, `Cannot sync to ${sha}: auto-sync currently set to main`],
    ['an unknown Application', { project: 'inference' }, 404, 5, 'applications.argoproj.io "nosuch" not found', 'nosuch'],
    ['a member that is not simulated', { dryRun: true }, 501, 12, 'the sandbox\'s Argo CD does not simulate "dryRun" of a sync request'],
    ['an Application that is being deleted', {}, 400, 9, 'application is deleting', 'leaving'],
  ])('refuses a sync of %s', async (_case, body, status, code, message, name = 'inference-dev') => {
    expectError(await world.call('POST', `/api/v1/applications/${name}/sync`, { body: JSON.stringify(body) }), status, code, message);
  });

  it('refuses a body that is cut off', async () => {
    expectError(await world.call('POST', `${app}/sync`, { body: '{' }), 400, 3, 'unexpected EOF');
  });

  it('names the right that a reader lacks to sync, and hides the one it lacks to terminate', async () => {
    const token = world.argocd.token('inference', 'reader');
    const { json, status } = await world.call('POST', `${app}/sync`, { token, body: '{}' });
    expect(status).toBe(403);
    expect(json()).toMatchObject({ code: 7, message: expect.stringMatching(/^permission denied: applications, sync, inference\/inference-dev, sub: proj:inference:reader, iat: \d{4}-\d\d-\d\dT[\d:]{8}Z$/) as unknown });
    expectError(await world.call('DELETE', `${app}/operation`, { token }), 403, 7, 'permission denied');
  });

  it.each(['text/plain', 'application/json; charset=utf-8', null])('answers 415 to a request of type %s', async (type) => {
    for (const [method, path] of [['POST', `${app}/sync`], ['DELETE', `${app}/operation`]] as const) {
      const answer = await world.call(method, path, { type });
      expect([answer.status, answer.type, answer.text]).toEqual([415, 'text/plain; charset=utf-8', 'Invalid content type\n']);
    }
  });

  it('answers 404 to an unknown route and 405 to a wrong method, as text', async () => {
    const unknown = await world.call('GET', '/api/v1/nosuch');
    expect([unknown.status, unknown.type, unknown.text]).toEqual([404, 'text/plain; charset=utf-8', 'Not Found\n']);
    const wrong = await world.call('PUT', `${app}/sync`, { body: '{}' });
    expect([wrong.status, wrong.text]).toEqual([405, 'Method Not Allowed\n']);
  });

  it('refuses a token for a role that the project does not have', () => {
    expect(() => world.argocd.token('inference', 'nosuch')).toThrow('AppProject inference has no role nosuch.');
  });
});

describe('a manifest that the sandbox cannot act on', () => {
  it.each([
    ['an unknown member', (text: string) => text.replace('path: charts', 'chart: x\n    path: charts'), /"inference-dev".*Unrecognized key: "chart"/s],
    ['a policy of another subject', (text: string) => text.replace('p, proj:inference:slipway, applications, get', 'p, someone, applications, get'), /policy "p, someone, applications, get/],
    ['auto-sync that would retry', (text: string) => text.replace(/ {4}retry:[\s\S]*/, ''), /set retry.limit to 0/],
    ['a schedule it cannot read', (text: string) => window(text, '@daily', '1h'), /cannot read the schedule "@daily"/],
    ['a duration it cannot read', (text: string) => window(text, '* * * * *', '1d'), /cannot read the duration "1d"/],
  ])('is refused by name: %s', async (_case, manifests, message) => {
    await expect(startWorld({ manifests })).rejects.toThrow(message);
  });
});

function expectError(answer: Answer, status: number, code: number, message: string): void {
  expect({ status: answer.status, body: answer.json() }).toEqual({ status, body: { error: message, code, message } });
}

/** Adds a role that may only read, and an Application that is being deleted. */
function withReader(text: string): string {
  const role = '    - name: reader\n      policies:\n        - p, proj:inference:reader, applications, get, inference/*, allow\n';
  const leaving = MANUAL(text).replace('name: inference-dev', 'name: leaving\n  deletionTimestamp: "2026-01-01T00:00:00Z"');
  return text.includes('kind: AppProject') ? text + role : `${text}\n---\n${leaving}`;
}

function window(text: string, schedule: string, duration: string): string {
  if (!text.includes('kind: AppProject')) return text;
  return `${text}  syncWindows:\n    - { kind: deny, schedule: '${schedule}', duration: ${duration}, applications: ['*'] }\n`;
}
