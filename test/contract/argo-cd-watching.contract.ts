import { expect, it } from 'vitest';
import type { ObservedApplication } from '../../src/domain/application.ts';
import { first, type Given, hasSucceededAt, type NotSimulated, REQUEST, until } from './argo-cd-world.contract.ts';

/** The stream of an Application. */
export function watchingCases(given: Given, notSimulated: readonly NotSimulated[]): void {
  const connected = it.skipIf(notSimulated.includes('connections'));

  it('watches: the Application as it is first, then each change, until aborted', given({}, async ({ argocd, ref, commitTag }) => {
    const stop = new AbortController();
    const seen: ObservedApplication[] = [];
    let revision = '';
    const before = await argocd.application(ref, 'normal');
    for await (const application of argocd.watch(ref, stop.signal)) {
      seen.push(application);
      // The first may have been read before a stream is open; what comes next comes from it, so that it misses nothing of the sync.
      if (seen.length === 1) {
        revision = await commitTag('2');
        await argocd.application(ref, 'normal');
      }
      if (seen.length === 2) expect(await argocd.sync(ref, REQUEST)).toBe('requested');
      if (hasSucceededAt(revision)(application)) stop.abort();
    }
    expect(seen[0]).toEqual(before);
    expect(seen.some(({ operation }) => operation?.phase === 'Running')).toBe(true);
    expect(seen.at(-1)?.operation).toMatchObject({ revisions: [revision], infos: REQUEST.infos, automated: false, failures: [] });
    expect(seen.at(-1)?.history.at(-1)?.revisions).toEqual([revision]);
  }));

  it('shows nothing older than a sync that it has requested', given({ hook: 'hang' }, async ({ argocd, ref }) => {
    await argocd.application(ref, 'normal');
    await argocd.sync(ref, REQUEST);
    expect((await first(argocd, ref)).operationRequested).toBe(true);
  }));

  it('ends when the Application is deleted, and names it', given({}, async ({ argocd, ref, deleteApplication }) => {
    const seen = Promise.withResolvers<void>();
    const watching = until(argocd, ref, () => {
      seen.resolve();
      return false;
    });
    const ended = expect(watching).rejects.toMatchObject({ name: 'NotFoundError', message: expect.stringContaining(ref.name) as string });
    await Promise.race([seen.promise, ended]);
    await deleteApplication();
    await ended;
    await expect(argocd.application(ref)).rejects.toMatchObject({ name: 'NotFoundError' });
  }));

  connected('goes on watching after the connection was cut, and misses no change', given({}, async ({ argocd, ref, commitTag, connection }) => {
    const revision = await commitTag('2');
    const done = until(argocd, ref, hasSucceededAt(revision));
    await first(argocd, ref);
    await argocd.sync(ref, REQUEST);
    connection?.interrupt();
    connection?.mend();
    expect((await done).operation?.infos).toEqual(REQUEST.infos);
  }));

  connected('says that the server cannot be reached', given({}, async ({ argocd, ref, connection }) => {
    connection?.interrupt();
    await expect(argocd.application(ref)).rejects.toMatchObject({ name: 'UnavailableError' });
    await expect(first(argocd, ref)).rejects.toMatchObject({ name: 'UnavailableError' });
    connection?.mend();
    expect((await first(argocd, ref)).name).toBe(ref.name);
  }));
}
