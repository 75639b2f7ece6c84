import { expect, it, vi } from 'vitest';
import { type Given, hasSucceeded, hasSucceededAt, isRunning, REQUEST, until } from './argo-cd-world.contract.ts';

/** Operations: requests, auto-sync's own, hooks, windows. */
export function syncingCases(given: Given): void {
  requestCases(given);
  operationCases(given);
  autoSyncCases(given);
  windowCases(given);
}

function requestCases(given: Given): void {
  it('syncs what the branch holds at the request, also where it has moved since the last comparison', given({}, async ({ argocd, ref, commitTag }) => {
    await commitTag('2');
    await argocd.application(ref, 'normal');
    const revision = await commitTag('3');
    expect(await argocd.sync(ref, REQUEST)).toBe('requested');
    const done = await until(argocd, ref, hasSucceeded);
    expect(done.operation).toMatchObject({ revisions: [revision], infos: REQUEST.infos, initiatedBy: `proj:${ref.project}:slipway` });
    // Argo CD looks at what is live a moment after the end of the operation.
    await vi.waitFor(async () => expect(await argocd.workloads(ref)).toMatchObject([{ images: [expect.stringContaining(':3')] }]), { timeout: 60_000, interval: 100 });
  }));

  it('refuses to sync a branch that does not exist, and names it', given({ withoutBranch: true }, async ({ argocd, ref }) => {
    await expect(argocd.sync(ref, REQUEST)).rejects.toMatchObject({ name: 'RefusedError', message: expect.stringContaining("unable to resolve 'nosuch' to a commit SHA") as string });
  }));

  it.each([
    ['the chart renders', 'Deployment', {}],
    ['a hook is', 'Job', { hook: 'fail' }],
  ] as const)('applies nothing where the project does not permit what %s, and names it', (_what, forbids, options) =>
    given({ ...options, forbids }, async ({ argocd, ref }) => {
      await argocd.sync(ref, REQUEST);
      const { operation } = await until(argocd, ref, (application) => application.operation?.phase === 'Failed');
      const reason = `resource ${forbids === 'Job' ? 'batch' : 'apps'}:${forbids} is not permitted in project ${ref.project}`;
      expect(operation?.message).toBe(`one or more synchronization tasks are not valid: ${reason}`);
      expect(operation?.failures).toEqual([expect.stringMatching(`^${forbids} [a-z0-9-]+: ${reason}$`)]);
      expect(await argocd.workloads(ref)).toEqual([]);
    })(),
  );

  it('ends an operation in error where the revision cannot be rendered', given({}, async ({ argocd, ref, commitNonsense }) => {
    await commitNonsense();
    expect(await argocd.sync(ref, REQUEST)).toBe('requested');
    const { operation } = await until(argocd, ref, (application) => application.operation?.phase === 'Error');
    expect(operation?.message).toMatch(/^ComparisonError: ./);
  }));
}

function operationCases(given: Given): void {
  it('answers busy while an operation runs', given({ hook: 'hang' }, async ({ argocd, ref }) => {
    expect(await argocd.sync(ref, REQUEST)).toBe('requested');
    expect(await argocd.sync(ref, REQUEST)).toBe('busy');
    await until(argocd, ref, isRunning);
    expect(await argocd.sync(ref, REQUEST)).toBe('busy');
  }));

  it('ends an operation whose hook hangs, and takes the next request', given({ hook: 'hang' }, async ({ argocd, ref }) => {
    await argocd.sync(ref, REQUEST);
    await until(argocd, ref, isRunning);
    expect(await argocd.terminate(ref)).toBe('requested');
    const ended = await until(argocd, ref, ({ operation }) => operation?.phase === 'Failed');
    expect(ended).toMatchObject({ operationRequested: false, operation: { message: 'Operation terminated' } });
    expect(await argocd.sync(ref, REQUEST)).toBe('requested');
  }));

  it('answers idle where no operation runs', given({}, async ({ argocd, ref }) => {
    expect(await argocd.terminate(ref)).toBe('idle');
  }));

  it('names the hook that failed', given({ hook: 'fail' }, async ({ argocd, ref }) => {
    await argocd.sync(ref, REQUEST);
    const { operation } = await until(argocd, ref, (application) => application.operation?.phase === 'Failed');
    expect(operation?.failures).toEqual([expect.stringMatching(/^Job smoke: ./)]);
  }));
}

function autoSyncCases(given: Given): void {
  it('starts auto-sync by a refresh, and tells it from a request', given({ autoSync: true }, async ({ argocd, ref, commitTag }) => {
    await argocd.application(ref, 'normal');
    await until(argocd, ref, hasSucceeded);
    const revision = await commitTag('2');
    const application = await argocd.application(ref, 'normal');
    expect(application.autoSync).toEqual({ prune: true });
    const done = await until(argocd, ref, hasSucceededAt(revision));
    expect(done.operation).toMatchObject({ automated: true, initiatedBy: '', infos: [] });
    expect(done.history.at(-1)?.revisions).toEqual([revision]);
  }));

  it('answers busy to a request while an operation of auto-sync runs, which can be watched instead', given({ autoSync: true, hook: 'hang' }, async ({ argocd, ref }) => {
    await argocd.application(ref, 'normal');
    const { operation } = await until(argocd, ref, (application) => isRunning(application) && application.operation?.revisions.length === 1);
    expect(await argocd.sync(ref, REQUEST)).toBe('busy');
    expect((await argocd.application(ref)).operation).toMatchObject({ phase: 'Running', automated: true, revisions: operation?.revisions });
  }));

  it('lets auto-sync leave the terminated revision alone, and sync the next one', given({ autoSync: true, hook: 'hang' }, async ({ argocd, ref, commitTag }) => {
    await argocd.application(ref, 'normal');
    await until(argocd, ref, isRunning);
    await argocd.terminate(ref);
    const { operation: ended } = await until(argocd, ref, ({ operation }) => operation?.phase === 'Failed');
    expect(await argocd.application(ref, 'normal')).toMatchObject({ operationRequested: false, operation: ended });
    const revision = await commitTag('2');
    await argocd.application(ref, 'normal');
    const { operation } = await until(argocd, ref, (application) => isRunning(application) && application.operation?.revisions[0] === revision);
    expect(operation).toMatchObject({ automated: true, revisions: [revision] });
  }));

  it('lets auto-sync leave the revision alone whose sync failed, which a request tries again', given({ autoSync: true, hook: 'fail' }, async ({ argocd, ref }) => {
    await argocd.application(ref, 'normal');
    const { operation: failed } = await until(argocd, ref, ({ operation }) => operation?.phase === 'Failed');
    const refreshed = await argocd.application(ref, 'normal');
    expect(refreshed).toMatchObject({ operationRequested: false, operation: failed });
    expect(await argocd.sync(ref, REQUEST)).toBe('requested');
    const { operation } = await until(argocd, ref, (application) => application.operation?.phase === 'Failed' && !application.operation.automated);
    expect(operation?.infos).toEqual(REQUEST.infos);
  }));
}

const WINDOW = 'deny * * * * * for 1h';

function windowCases(given: Given): void {
  it('refuses a sync in a closed window, and says which one', given({ closed: 'to everybody' }, async ({ argocd, ref }) => {
    await expect(argocd.sync(ref, REQUEST)).rejects.toMatchObject({ name: 'RefusedError', message: expect.stringMatching(/window closed .*deny \* \* \* \* \* for 1h/) as string });
    const closedBy = { window: WINDOW, until: null };
    expect(await argocd.syncRights(ref)).toEqual({ allowed: true, closedBy });
    expect(await argocd.syncRights(ref, 'auto-sync')).toEqual({ allowed: true, closedBy });
  }));

  it('takes a request in a window that keeps out auto-sync alone', given({ closed: 'to auto-sync', autoSync: true }, async ({ argocd, ref, commitTag }) => {
    const revision = await commitTag('2');
    expect(await argocd.application(ref, 'normal')).toMatchObject({ operationRequested: false, operation: null });
    expect(await argocd.syncRights(ref)).toEqual({ allowed: true, closedBy: null });
    expect(await argocd.syncRights(ref, 'auto-sync')).toEqual({ allowed: true, closedBy: { window: WINDOW, until: null } });
    expect(await argocd.sync(ref, REQUEST)).toBe('requested');
    await until(argocd, ref, hasSucceededAt(revision));
  }));

  it('knows an open Application as open', given({}, async ({ argocd, ref }) => {
    expect(await argocd.syncRights(ref)).toEqual({ allowed: true, closedBy: null });
  }));
}
