import { afterEach, describe, expect, it } from 'vitest';
import type { SyncHook } from '../../../sandbox/argocd/world.ts';
import { createOpenArgoCd } from '../../../src/adapters/argocd/argo-cd.ts';
import { createMemorySecrets } from '../../../src/adapters/memory/secrets.ts';
import { createMemoryTargetStore } from '../../../src/adapters/memory/target-store.ts';
import { createSystemClock } from '../../../src/adapters/system/clock.ts';
import type { Commit, Deployment } from '../../../src/domain/deployment.ts';
import { NEW_TARGET } from '../../../src/domain/target-state.ts';
import type { GitHost } from '../../../src/ports/git-host.ts';
import { syncApplication } from '../../../src/steps/sync-application.ts';
import { MANUAL, startWorld, type TestWorld, type TestWorldOptions, VALUES_FILE, values } from '../../sandbox/argocd/argocd-world.ts';
import { aClaim, aDeployment, aRelease } from '../../support/release.ts';
import { anEnvironment, aService, aTarget } from '../../support/service.ts';

const REPOSITORY_URL = 'http://127.0.0.1/config.git';
const EXECUTION = 'arn:one';
const release = aRelease({ tag: '2' });

let world: TestWorld | undefined;
afterEach(() => world?.stop());

type Options = TestWorldOptions & { readonly file?: string; /** The commit is news: our own push. */ readonly pushed?: boolean; readonly then?: (started: TestWorld) => Promise<unknown> };

/** Runs the step with its real adapter against a stand-in whose repository has just got the release. */
async function syncTo({ file = VALUES_FILE, pushed = false, then, ...options }: Options) {
  const started = (world = await startWorld(options));
  const revision = await started.repository.commit({ message: 'Deploy 2', files: { [file]: values('2') } });
  const committed = new Date().toISOString();
  await then?.(started);
  return runStep(started, { commit: commitOf(revision, pushed), marks: { started: committed, committed } }, file);
}

async function runStep(started: TestWorld, overrides: Partial<Deployment>, file = VALUES_FILE) {
  const [edit] = anEnvironment().edits;
  if (edit === undefined) throw new Error('anEnvironment has no edit');
  const environment = anEnvironment({
    edits: [{ ...edit, git: { host: 'git', url: REPOSITORY_URL, branch: 'main', aliases: [] }, file }],
    targets: { eu: aTarget({ argocd: { url: started.argocd.url, token: 'slipway/argocd', caBundle: started.caBundle } }) },
  });
  const service = aService({ environments: { dev: environment } });
  const deployment = aDeployment({ release, claim: { generation: 1, redrives: 0 }, ...overrides });
  const targets = createMemoryTargetStore();
  await targets.change(deployment, NEW_TARGET, { claim: aClaim({ execution: EXECUTION }) });
  const secrets = createMemorySecrets({ 'slipway/argocd': JSON.stringify({ token: started.token }) });
  const ports = { services: { service: async () => service }, targets, git: async () => gitHost(started), argocd: createOpenArgoCd({ secrets }), clock: createSystemClock({ remaining: () => 60_000 }) };
  return syncApplication.run(ports, { execution: EXECUTION, redrives: 0, deployment });
}

function commitOf(revision: string, pushed = false): Commit {
  const change = { file: VALUES_FILE, path: 'image.tag', line: 3, before: '  tag: "1"', after: '  tag: "2"' };
  return { revision, head: revision, url: null, changes: pushed ? [change] : [] };
}

function gitHost({ repository }: TestWorld): GitHost {
  return {
    read: async (paths, revision = 'main') => ({ revision, message: '', files: await repository.readFiles(revision, paths) }),
    commit: () => Promise.reject(new Error('SyncApplication commits nothing')),
    link: () => null,
  };
}

describe('syncApplication against the Argo CD of the sandbox', () => {
  it.each([
    ['watches auto-sync', (text: string) => text],
    ['requests a sync where auto-sync is off', MANUAL],
  ])('%s until the value is live', async (_what, manifests) => {
    const { status, deployment } = await syncTo({ manifests });
    expect(status).toBe('applied');
    expect(deployment.operationRevision).toBe(deployment.commit?.revision);
  });

  it('requests a sync of its own push at once, and Argo CD syncs it without having compared it', async () => {
    const { status, deployment } = await syncTo({ manifests: MANUAL, pushed: true });
    expect(status).toBe('applied');
    expect(deployment).toMatchObject({ operationRevision: deployment.commit?.revision, syncRequested: true });
  });

  it('leaves a push of its own to auto-sync', async () => {
    const { status, deployment } = await syncTo({ pushed: true });
    expect(status).toBe('applied');
    expect(deployment.syncRequested).toBe(false);
  });

  it('watches the operation of somebody who was faster than its request', async () => {
    const { status, deployment } = await syncTo({ manifests: MANUAL, pushed: true, then: (started) => started.call('POST', '/api/v1/applications/inference-dev/sync', { body: '{}' }) });
    expect(status).toBe('applied');
    expect(deployment.syncRequested).toBe(false);
  });

  it('is applied while a hook after the sync still runs', async () => {
    let hook: SyncHook | null = null;
    const then = async (started: TestWorld) => {
      await started.until(({ status }) => status.operationState?.phase === 'Succeeded');
      hook = { name: 'smoke', phase: 'PostSync', outcome: 'hang' };
    };
    expect((await syncTo({ hook: () => hook, then })).status).toBe('applied');
  });

  it('fails with the hook after auto-sync and its own sync have both failed', async () => {
    const { status, deployment } = await syncTo({ hook: () => ({ name: 'migrate', phase: 'PreSync', outcome: 'fail' }) });
    expect(status).toBe('failed');
    expect(deployment.cause).toMatch(/^Application inference-dev: Job migrate: ./);
    expect(deployment.syncRequested).toBe(true);
  });

  it('is applied by a later commit that leaves our value', async () => {
    const { status } = await syncTo({ then: ({ repository }) => repository.commit({ message: 'Another file', files: { 'README.md': 'hello' } }) });
    expect(status).toBe('applied');
  });

  it.each([false, true])('is superseded by a commit that takes our value back (our own push: %s)', async (pushed) => {
    expect((await syncTo({ manifests: MANUAL, pushed, then: (started) => started.commitTag('1') })).status).toBe('superseded');
  });

  it.each([
    ['with auto-sync', (text: string) => text],
    ['of its own push, without auto-sync', MANUAL],
  ])('ends errored with the message of a ComparisonError, %s', async (_what, manual) => {
    const nonsense = (text: string) => manual(text).replace('path: charts/inference-service', 'path: charts/nosuch');
    await expect(syncTo({ manifests: nonsense, pushed: true })).rejects.toMatchObject({ name: 'RefusedError', message: expect.stringContaining('cannot compare') as string });
  });

  it('ends errored when the chart does not use the file', async () => {
    const message = expect.stringMatching(/has registry.example\/inference-service:1; check that its chart uses image.tag of unused.yaml$/) as string;
    await expect(syncTo({ file: 'unused.yaml', then: (started) => started.until(({ status }) => status.sync?.status === 'Synced') })).rejects.toMatchObject({ name: 'ConfigurationError', message });
  });

  it.each([
    ['at once', (text: string) => text],
    ['where its own push waits to be asked for', MANUAL],
  ])('ends errored in a closed window, %s', async (_what, manual) => {
    const closed = '  syncWindows:\n    - { kind: deny, schedule: "* * * * *", duration: 1h, applications: ["*"] }\n';
    const manifests = (text: string) => (text.includes('kind: AppProject') ? text + closed : manual(text));
    await expect(syncTo({ manifests, pushed: true })).rejects.toMatchObject({ name: 'RefusedError', message: expect.stringContaining('window closed') as string });
  });
});

describe('syncApplication on the way back, against the Argo CD of the sandbox', () => {
  const previous = aRelease({ tag: '1' });

  /** Release 2 was being synced by an operation that never ends; its values have just gone back to 1. */
  async function bringBack(phase: SyncHook['phase'], manifests: (text: string) => string, message: RegExp) {
    let hook: SyncHook | null = null;
    const started = (world = await startWorld({ manifests, hook: () => hook }));
    const sync = () => started.call('POST', '/api/v1/applications/inference-dev/sync', { body: JSON.stringify({ project: 'inference' }) });
    if (manifests === MANUAL) await sync();
    await started.until(({ status }) => status.sync.status === 'Synced');
    hook = { name: 'check', phase, outcome: 'hang' };
    const failed = await started.commitTag('2');
    await started.call('GET', '/api/v1/applications/inference-dev?project=inference&refresh=normal');
    if (manifests === MANUAL) await sync();
    await started.until(({ status: { operationState } }) => message.test(operationState?.message ?? '') && operationState?.syncResult?.revision === failed);
    hook = null;
    const failedAt = new Date().toISOString();
    const revision = await started.commitTag('1');
    const marks = { started: failedAt, committed: new Date().toISOString() };
    const rollback = { release: previous, failedAt, marks, reported: {}, commit: commitOf(failed), pods: [] };
    const { status, deployment } = await runStep(started, { commit: commitOf(revision), marks, rollback, cause: 'pods never became Ready' });
    return { status, deployment, revision, started };
  }

  it.each([
    ['waits for pods that never become Ready, with auto-sync', 'PostSync', (text: string) => text, /^waiting for healthy state/],
    ['waits for pods that never become Ready, without auto-sync', 'PostSync', MANUAL, /^waiting for healthy state/],
  ] as const)('ends the operation of the failed release that %s, and brings the previous one', async (_what, phase, manifests, message) => {
    const { status, deployment, revision, started } = await bringBack(phase, manifests, message);
    expect(status).toBe('applied');
    expect(deployment.operationRevision).toBe(revision);
    expect(deployment.cause).toBe('pods never became Ready');
    const { operationState } = (await started.until((application) => application.operation === undefined)).status;
    expect(operationState).toMatchObject({ phase: 'Succeeded', syncResult: { revision } });
  });

  it.each([
    ['with auto-sync', (text: string) => text],
    ['without auto-sync', MANUAL],
  ])('needs no operation of its own where a hook kept the failed release from being applied, %s', async (_what, manifests) => {
    const { status, started } = await bringBack('PreSync', manifests, /^waiting for completion of hook/);
    expect(status).toBe('applied');
    expect(started.argocd.application('inference-dev')?.status.operationState).toMatchObject({ phase: 'Failed', message: 'Operation terminated' });
  });
});
