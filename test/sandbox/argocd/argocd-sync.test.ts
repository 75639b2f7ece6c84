import { afterEach, describe, expect, it } from 'vitest';
import type { Application } from '../../../sandbox/argocd/application-store.ts';
import { DEFAULT_DELAYS } from '../../../sandbox/argocd/world.ts';
import { MANUAL, startWorld, type TestWorld, type TestWorldOptions } from './argocd-world.ts';

const app = '/api/v1/applications/inference-dev';
const phase = (application: Application) => application.status.operationState?.phase;
const ended = (application: Application) => application.operation === undefined && ['Succeeded', 'Failed', 'Error'].includes(phase(application) ?? '');
const synced = (application: Application) => ended(application) && application.status.sync.status === 'Synced';

let world: TestWorld;

afterEach(() => world.stop());

describe('an Application without auto-sync', () => {
  it('is OutOfSync and Missing until it is synced, then Synced with the image applied', async () => {
    await start({ manifests: MANUAL });
    expect(world.argocd.application('inference-dev')?.status).toMatchObject({ sync: { status: 'OutOfSync' }, health: { status: 'Missing' } });
    expect((await requestSync({ infos: [{ name: 'slipway-execution', value: 'e1' }], nosuch: 1 })).status).toBe(200);
    const { status } = await world.until(synced);
    const head = await world.repository.resolve('main');
    expect(status.operationState).toMatchObject({
      phase: 'Succeeded',
      message: 'successfully synced (all tasks run)',
      operation: { initiatedBy: { username: 'proj:inference:slipway' }, info: [{ name: 'slipway-execution', value: 'e1' }] },
      syncResult: { revision: head, resources: ['ServiceAccount', 'ConfigMap', 'Service', 'Deployment'].map((kind) => ({ kind, status: 'Synced' })) },
    });
    expect(status.history).toMatchObject([{ id: 0, revision: head }]);
    expect(image()).toBe('registry.example/inference-service:1');
  });

  it('shows a requested operation without an operationState, and refuses a second one', async () => {
    await start({ manifests: MANUAL, hook: () => ({ name: 'migrate', phase: 'PreSync', outcome: 'hang' }) });
    const requested = (await requestSync({})).json() as Application;
    expect(requested.operation?.sync).toEqual({ revision: await world.repository.resolve('main') });
    expect(requested.status.operationState).toBeUndefined();
    expect((await requestSync({})).json()).toEqual({ error: 'another operation is already in progress', code: 9, message: 'another operation is already in progress' });
  });

  it('tells the history before the phase, and the comparison only after both', async () => {
    await start({ manifests: MANUAL });
    const seen: string[] = [];
    const watching = world.until((application) => {
      seen.push(`${application.status.history?.length ?? 0} ${phase(application) ?? '-'} ${application.status.sync.status}`);
      return synced(application);
    });
    await requestSync({});
    await watching;
    expect([...new Set(seen)]).toEqual(['0 - OutOfSync', '0 Running OutOfSync', '1 Running OutOfSync', '1 Succeeded OutOfSync', '1 Succeeded Synced']);
  });

  it('takes a sync of a SHA that does not exist and ends it in phase Error', async () => {
    await start({ manifests: MANUAL });
    const sha = '0123456789012345678901234567890123456789';
    expect((await requestSync({ revision: sha })).status).toBe(200);
    const { status } = await world.until(ended);
    expect(status.operationState?.phase).toBe('Error');
    expect(status.operationState?.message).toContain(`ComparisonError: Failed to load target state: failed to generate manifest for source 1 of 1: rpc error: code = Unknown desc = failed to initialize repository resources`);
    expect(status.operationState?.message).toContain(`upload-pack: not our ref ${sha}`);
  });

  it('refuses a sync of a branch that does not exist', async () => {
    await start({ manifests: MANUAL });
    const answer = await requestSync({ revision: 'nobranch' });
    expect([answer.status, answer.json()]).toMatchObject([400, { code: 9, message: "error resolving repo revision: rpc error: code = Unknown desc = unable to resolve 'nobranch' to a commit SHA" }]);
  });

  it('refuses to terminate when nothing runs, and ends a running operation as Failed', async () => {
    await start({ manifests: MANUAL, hook: () => ({ name: 'migrate', phase: 'PreSync', outcome: 'hang' }) });
    const message = 'Unable to terminate operation. No operation is in progress';
    const refused = await terminate();
    expect([refused.status, refused.json()]).toEqual([400, { error: message, code: 3, message }]);
    await requestSync({});
    const running = await world.until((application) => application.status.operationState?.message === 'waiting for completion of hook batch/Job/migrate');
    expect(phase(running)).toBe('Running');
    expect((await terminate()).json()).toEqual({});
    expect((await world.until(ended)).status.operationState).toMatchObject({ phase: 'Failed', message: 'Operation terminated' });
    expect(image()).toBeUndefined();
  });

  it('refuses to terminate an operation that was requested and has not begun', async () => {
    await start({ manifests: MANUAL, delays: { ...DEFAULT_DELAYS, pickUp: 60_000 } });
    await requestSync({});
    expect((await terminate()).json()).toMatchObject({ code: 3, message: 'Unable to terminate operation. No operation is in progress' });
  });

  it.each(['PreSync', 'PostSync'] as const)('fails the operation when a %s hook fails, and names the Job', async (hookPhase) => {
    await start({ manifests: MANUAL, hook: () => ({ name: 'check', phase: hookPhase, outcome: 'fail' }) });
    world.cluster.onChange(() => queueMicrotask(() => deployment()?.['status'] === undefined && deployment() && world.cluster.finishRollout('inference-dev')));
    await requestSync({});
    const { operationState } = (await world.until(ended)).status;
    expect(operationState).toMatchObject({ phase: 'Failed', message: 'one or more synchronization tasks completed unsuccessfully' });
    expect(operationState?.syncResult?.resources).toContainEqual(
      expect.objectContaining({ kind: 'Job', name: 'check', hookType: hookPhase, hookPhase: 'Failed', message: 'Job has reached the specified backoff limit' }),
    );
    expect(image() === undefined).toBe(hookPhase === 'PreSync');
  });

  it('runs a PostSync hook only once the Deployment is Healthy', async () => {
    await start({ manifests: MANUAL, hook: () => ({ name: 'check', phase: 'PostSync', outcome: 'succeed' }) });
    await requestSync({});
    const waiting = await world.until((application) => application.status.operationState?.message?.startsWith('waiting for healthy state') === true);
    expect(waiting.status.operationState?.message).toBe('waiting for healthy state of apps/Deployment/inference-dev');
    world.cluster.finishRollout('inference-dev');
    expect(phase(await world.until(ended))).toBe('Succeeded');
  });

  it("fails the operation with the API server's words when an object is refused", async () => {
    await start({ manifests: MANUAL });
    world.cluster.refuse('exceeded quota: pods');
    await requestSync({});
    expect((await world.until(ended)).status.operationState).toMatchObject({ phase: 'Failed', message: 'one or more objects failed to apply, reason: exceeded quota: pods' });
  });

  it('keeps an object that Git no longer has unless the sync prunes', async () => {
    await start({ manifests: MANUAL });
    await requestSync({});
    await world.until(synced);
    abandonService();
    await requestSync({});
    const kept = await world.until((application) => ended(application) && application.status.history?.length === 2);
    expect(kept.status.operationState?.syncResult?.resources).toContainEqual(expect.objectContaining({ name: 'abandoned', status: 'PruneSkipped' }));
    await requestSync({ prune: true });
    await world.until((application) => synced(application) && application.status.history?.length === 3);
    expect(world.cluster.find('Service', 'abandoned')).toBeUndefined();
  });
});

describe('an Application with auto-sync', () => {
  it('syncs by itself at start, and again within the refresh after a commit', async () => {
    await start();
    await world.until(synced);
    const head = await world.commitTag('2');
    const refreshed = (await world.call('GET', `${app}?refresh=normal`)).json() as Application;
    expect(refreshed.status.sync).toEqual({ status: 'OutOfSync', revision: head });
    expect(refreshed.operation).toEqual({ sync: { revision: head, prune: true }, initiatedBy: { automated: true }, retry: { limit: 0 } });
    expect((await world.until((application) => synced(application) && application.status.sync.revision === head)).status.history).toHaveLength(2);
    expect(image()).toBe('registry.example/inference-service:2');
  });

  it('never retries a failed sync of the same revision, but a manual one succeeds', async () => {
    await start();
    await world.until(synced);
    world.cluster.refuse('not now');
    const head = await world.commitTag('2');
    await world.call('GET', `${app}?refresh=normal`);
    await world.until((application) => phase(application) === 'Failed');
    world.cluster.refuse(null);
    const again = (await world.call('GET', `${app}?refresh=normal`)).json() as Application;
    expect(again.operation).toBeUndefined();
    expect(again.status.conditions).toMatchObject([{ type: 'SyncError', message: `Failed last sync attempt to [${head}]: one or more objects failed to apply, reason: not now` }]);
    expect((await requestSync({})).status).toBe(200);
    await world.until((application) => synced(application) && application.status.sync.revision === head);
  });

  it('undoes a change made by hand with a partial sync that enters no history', async () => {
    await start();
    await world.until(synced);
    const live = deployment();
    if (live === undefined) throw new Error('nothing was deployed');
    world.cluster.write({ ...live, spec: { replicas: 0 } });
    const healed = await world.until((application) => synced(application) && application.status.operationState?.operation.sync.autoHealAttemptsCount === 1);
    expect(healed.status.operationState?.operation.sync.resources).toEqual([{ group: 'apps', kind: 'Deployment', namespace: 'inference', name: 'inference-dev' }]);
    expect(healed.status.history).toHaveLength(1);
    expect(deployment()?.['spec']).toMatchObject({ replicas: 2 });
  });

  it('takes its health from the Deployment', async () => {
    await start();
    await world.until((application) => synced(application) && application.status.health.status === 'Progressing');
    world.cluster.finishRollout('inference-dev');
    expect((await world.until((application) => application.status.health.status === 'Healthy')).status.resources).toHaveLength(4);
  });

  it.each([
    ['a path that is not there', { manifests: (text: string) => text.replace('path: charts/inference-service', 'path: nope') }, 'nope: app path does not exist'],
    ['a branch that is not there', { manifests: (text: string) => text.replace('targetRevision: main', 'targetRevision: nobranch') }, "unable to resolve 'nobranch' to a commit SHA"],
    ['a values file that is not there', { manifests: (text: string) => text.replace('envs/dev', 'envs/qa') }, 'open <path to cached source>/envs/qa/values.yaml: no such file or directory'],
    ['values that the schema refuses', { valuesFile: 'image: { tag: 1.10 }' }, "at '/image/tag'"],
    ['values that ask for a kind that is not simulated', { valuesFile: 'ingress: { enabled: true }' }, 'not what "ingress.enabled: true" asks for: use a real Argo CD for it'],
  ] satisfies [string, TestWorldOptions, string][])('shows a ComparisonError for %s', async (_case, options, message) => {
    await start(options);
    const { sync, conditions } = world.argocd.application('inference-dev')?.status ?? {};
    expect(sync).toEqual({ status: 'Unknown' });
    expect(conditions).toMatchObject([{ type: 'ComparisonError', message: expect.stringContaining(message) as unknown }]);
  });

  it('refuses another chart, and changed templates of its own, by name', async () => {
    await start();
    await world.until(synced);
    await world.repository.commit({ message: 'Add a template', files: { 'charts/inference-service/templates/extra.yaml': 'kind: Ingress' } });
    expect(await refreshedCondition()).toContain('the templates in charts/inference-service are not those of helm/inference-service');
    await world.repository.commit({ message: 'Rename', files: { 'charts/inference-service/Chart.yaml': 'name: web\nversion: 1.0.0\n' } });
    expect(await refreshedCondition()).toContain('renders the chart inference-service alone, not the chart web');
  });

  it('shows an InvalidSpecError for what the project does not permit', async () => {
    await start({ manifests: (text) => text.replace(/^ {6}namespace: inference$/gm, '      namespace: other') });
    expect(world.argocd.application('inference-dev')?.status.conditions).toMatchObject([{ type: 'InvalidSpecError', message: expect.stringContaining('do not match any of the allowed destinations') as unknown }]);
  });
});

async function start(options?: TestWorldOptions): Promise<void> {
  world = await startWorld(options);
}

function requestSync(body: object) {
  return world.call('POST', `${app}/sync`, { body: JSON.stringify({ project: 'inference', appNamespace: '', ...body }) });
}

function terminate() {
  return world.call('DELETE', `${app}/operation?project=inference`);
}

async function refreshedCondition(): Promise<string | undefined> {
  const application = (await world.call('GET', `${app}?refresh=hard`)).json() as Application;
  return application.status.conditions?.[0]?.message;
}

function deployment() {
  return world.cluster.find('Deployment', 'inference-dev');
}

function image(): unknown {
  const spec = deployment()?.['spec'] as { template: { spec: { containers: { image: string }[] } } } | undefined;
  return spec?.template.spec.containers[0]?.image;
}

/** A Service that bears the Application's mark and that Git does not have. */
function abandonService(): void {
  const live = world.cluster.find('Service', 'inference-dev');
  if (live === undefined) throw new Error('nothing was deployed');
  world.cluster.write({ ...live, metadata: { ...live.metadata, name: 'abandoned', uid: 'abandoned' } });
}
