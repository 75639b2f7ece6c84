import { afterEach, describe, expect, it } from 'vitest';
import type { ObservedApplication } from '../../src/domain/application.ts';
import type { ApplicationRef } from '../../src/domain/service.ts';
import type { ArgoCd } from '../../src/ports/argo-cd.ts';

/** One Application that deploys tag 1, over a repository to which the test commits. */
export type ArgoCdWorld = {
  readonly ref: ApplicationRef;
  readonly argocd: ArgoCd;
  /** The same server, with a token that may read and not sync. */
  readonly reader: ArgoCd;
  /** Commits a tag and returns the revision. */
  readonly commitTag: (tag: string) => Promise<string>;
  /** Commits what cannot be rendered. */
  readonly commitNonsense: () => Promise<unknown>;
  stop(): Promise<void>;
};

export type ArgoCdWorldOptions = {
  readonly autoSync?: boolean;
  /** How a Job called `smoke` after each sync ends. */
  readonly hook?: 'fail' | 'hang';
  /** A window forbids every sync, always. */
  readonly closed?: boolean;
  readonly deleting?: boolean;
};

const REQUEST = { prune: false, infos: [{ name: 'slipway-execution', value: 'arn:one' }] };

export function argoCdContract(name: string, start: (options: ArgoCdWorldOptions) => Promise<ArgoCdWorld>): void {
  describe(`ArgoCd: ${name}`, () => {
    let world: ArgoCdWorld | undefined;
    afterEach(() => world?.stop());
    const startWorld = async (options: ArgoCdWorldOptions = {}) => (world = await start(options));

    it('names an Application that does not exist', async () => {
      const { argocd, ref } = await startWorld();
      const missing = { ...ref, name: 'nosuch' };
      await expect(argocd.application(missing)).rejects.toMatchObject({ name: 'NotFoundError', message: expect.stringContaining('nosuch') as string });
      await expect(argocd.workloads(missing)).rejects.toMatchObject({ name: 'NotFoundError' });
      await expect(argocd.syncRights(missing)).rejects.toMatchObject({ name: 'NotFoundError' });
      await expect(argocd.sync(missing, REQUEST)).rejects.toMatchObject({ name: 'NotFoundError' });
      await expect(argocd.terminate(missing)).rejects.toMatchObject({ name: 'NotFoundError' });
      await expect(first(argocd, missing)).rejects.toMatchObject({ name: 'NotFoundError' });
    });

    it('does not show an Application under another project, for which the token may have no right', async () => {
      const { argocd, ref } = await startWorld();
      await expect(argocd.application({ ...ref, project: 'other' })).rejects.toMatchObject({ name: expect.stringMatching(/^(NotFound|Forbidden)Error$/) as string });
    });

    it('compares with Git before a refresh answers', async () => {
      const { argocd, ref, commitTag } = await startWorld();
      const revision = await commitTag('2');
      expect(await argocd.application(ref, 'normal')).toMatchObject({ autoSync: null, sync: { status: 'OutOfSync', revisions: [revision] } });
    });

    it('watches: the Application as it is first, then each change, until aborted', async () => {
      const { argocd, ref, commitTag } = await startWorld();
      const stop = new AbortController();
      const seen: ObservedApplication[] = [];
      const revision = await commitTag('2');
      const before = await argocd.application(ref, 'normal');
      for await (const application of argocd.watch(ref, stop.signal)) {
        if (seen.length === 0) expect(await argocd.sync(ref, REQUEST)).toBe('requested');
        seen.push(application);
        if (application.operation?.phase === 'Succeeded' && application.operation.revisions[0] === revision) stop.abort();
      }
      expect(seen[0]).toEqual(before);
      expect(seen.some(({ operation }) => operation?.phase === 'Running')).toBe(true);
      expect(seen.at(-1)?.operation).toMatchObject({ revisions: [revision], infos: REQUEST.infos, automated: false, failures: [] });
    });

    it('reads the images of the live templates', async () => {
      const { argocd, ref, commitTag } = await startWorld();
      await commitTag('2');
      await argocd.sync(ref, REQUEST);
      await until(argocd, ref, ({ operation }) => operation?.phase === 'Succeeded');
      const [workload, ...others] = await argocd.workloads(ref);
      expect(others).toEqual([]);
      expect(workload).toMatchObject({ kind: 'Deployment', images: [expect.stringContaining(':2')] });
      expect(workload?.uid).not.toBe('');
    });

    it('starts auto-sync by a refresh, and tells it from a request', async () => {
      const { argocd, ref, commitTag } = await startWorld({ autoSync: true });
      const revision = await commitTag('2');
      const application = await argocd.application(ref, 'normal');
      expect(application.autoSync).toEqual({ prune: true });
      const done = await until(argocd, ref, ({ operation }) => operation?.phase === 'Succeeded' && operation.revisions[0] === revision);
      expect(done.operation).toMatchObject({ automated: true, infos: [] });
      expect(done.history.at(-1)?.revisions).toEqual([revision]);
    });

    it('answers busy while an operation runs', async () => {
      const { argocd, ref } = await startWorld({ hook: 'hang' });
      expect(await argocd.sync(ref, REQUEST)).toBe('requested');
      await until(argocd, ref, ({ operation }) => operation?.phase === 'Running');
      expect(await argocd.sync(ref, REQUEST)).toBe('busy');
    });

    it('ends an operation whose hook hangs, and takes the next request', async () => {
      const { argocd, ref } = await startWorld({ hook: 'hang' });
      await argocd.sync(ref, REQUEST);
      await until(argocd, ref, ({ operation }) => operation?.phase === 'Running');
      expect(await argocd.terminate(ref)).toBe('requested');
      const ended = await until(argocd, ref, ({ operation }) => operation?.phase === 'Failed');
      expect(ended).toMatchObject({ operationRequested: false, operation: { message: 'Operation terminated' } });
      expect(await argocd.sync(ref, REQUEST)).toBe('requested');
    });

    it('answers idle where no operation runs', async () => {
      const { argocd, ref } = await startWorld();
      expect(await argocd.terminate(ref)).toBe('idle');
    });

    it('lets auto-sync leave the terminated revision alone, and sync the next one', async () => {
      const { argocd, ref, commitTag } = await startWorld({ autoSync: true, hook: 'hang' });
      await argocd.application(ref, 'normal');
      await until(argocd, ref, ({ operation }) => operation?.phase === 'Running');
      await argocd.terminate(ref);
      const { operation: ended } = await until(argocd, ref, ({ operation }) => operation?.phase === 'Failed');
      expect(await argocd.application(ref, 'normal')).toMatchObject({ operationRequested: false, operation: ended });
      const revision = await commitTag('2');
      await argocd.application(ref, 'normal');
      const { operation } = await until(argocd, ref, (application) => application.operation?.phase === 'Running' && application.operation.revisions.length > 0);
      expect(operation).toMatchObject({ automated: true, revisions: [revision] });
    });

    it('names the hook that failed', async () => {
      const { argocd, ref } = await startWorld({ hook: 'fail' });
      await argocd.sync(ref, REQUEST);
      const { operation } = await until(argocd, ref, (application) => application.operation?.phase === 'Failed');
      expect(operation?.failures).toEqual([expect.stringMatching(/^Job smoke: ./)]);
    });

    it('refuses a sync in a closed window, and says which one', async () => {
      const { argocd, ref } = await startWorld({ closed: true });
      await expect(argocd.sync(ref, REQUEST)).rejects.toMatchObject({ name: 'RefusedError', message: expect.stringMatching(/window closed .*deny \* \* \* \* \* for 1h/) as string });
      const closedBy = { window: 'deny * * * * * for 1h', until: null };
      expect(await argocd.syncRights(ref)).toEqual({ allowed: true, closedBy });
      expect(await argocd.syncRights(ref, 'auto-sync')).toEqual({ allowed: true, closedBy });
    });

    it('knows an open Application as open', async () => {
      const { argocd, ref } = await startWorld();
      expect(await argocd.syncRights(ref)).toEqual({ allowed: true, closedBy: null });
    });

    it('tells a token that may read from one that may sync', async () => {
      const { reader, ref } = await startWorld();
      expect((await reader.application(ref)).name).toBe(ref.name);
      expect(await reader.syncRights(ref)).toMatchObject({ allowed: false });
      await expect(reader.sync(ref, REQUEST)).rejects.toMatchObject({ name: 'ForbiddenError' });
      await expect(reader.terminate(ref)).rejects.toMatchObject({ name: 'ForbiddenError' });
    });

    it('shows a ComparisonError, and its end', async () => {
      const { argocd, ref, commitNonsense, commitTag } = await startWorld();
      await commitNonsense();
      expect((await argocd.application(ref, 'normal')).conditions).toMatchObject([{ type: 'ComparisonError' }]);
      await commitTag('2');
      expect((await argocd.application(ref, 'hard')).conditions).toEqual([]);
    });

    it('shows that an Application is being deleted', async () => {
      const { argocd, ref } = await startWorld({ deleting: true });
      expect((await argocd.application(ref)).deleting).toBe(true);
    });
  });
}

async function first(argocd: ArgoCd, ref: ApplicationRef): Promise<ObservedApplication> {
  return until(argocd, ref, () => true);
}

async function until(argocd: ArgoCd, ref: ApplicationRef, isTrue: (application: ObservedApplication) => boolean): Promise<ObservedApplication> {
  const stop = new AbortController();
  try {
    for await (const application of argocd.watch(ref, stop.signal)) if (isTrue(application)) return application;
  } finally {
    stop.abort();
  }
  throw new Error('The watch ended before.');
}
