import { expect, it } from 'vitest';
import type { ObservedApplication } from '../../src/domain/application.ts';
import { first, type Given, hasSucceededAt, isRunning, type NotSimulated, REQUEST, until } from './argo-cd-world.contract.ts';

/** The stream of an Application. */
export function watchingCases(given: Given, notSimulated: readonly NotSimulated[]): void {
  const connected = it.skipIf(notSimulated.includes('connections'));

  it('watches: the Application as it is first, then each change, until aborted', given({}, async ({ argocd, ref, commitTag }) => {
    const stop = new AbortController();
    const seen: ObservedApplication[] = [];
    const revision = await commitTag('2');
    const before = await argocd.application(ref, 'normal');
    for await (const application of argocd.watch(ref, stop.signal)) {
      if (seen.length === 0) expect(await argocd.sync(ref, REQUEST)).toBe('requested');
      seen.push(application);
      if (hasSucceededAt(revision)(application)) stop.abort();
    }
    expect(seen[0]).toEqual(before);
    expect(seen.at(-1)?.operation).toMatchObject({ revisions: [revision], infos: REQUEST.infos, automated: false, failures: [] });
    expect(seen.at(-1)?.history.at(-1)?.revisions).toEqual([revision]);
  }));

  // One that goes on until somebody ends it: a short one may be over before the stream begins.
  it('watches an operation while it runs, and its end', given({ hook: 'hang' }, async ({ argocd, ref }) => {
    const stop = new AbortController();
    const seen: ObservedApplication[] = [];
    for await (const application of argocd.watch(ref, stop.signal)) {
      if (seen.length === 0) expect(await argocd.sync(ref, REQUEST)).toBe('requested');
      if (isRunning(application) && !seen.some(isRunning)) expect(await argocd.terminate(ref)).toBe('requested');
      seen.push(application);
      if (application.operation?.phase === 'Failed') stop.abort();
    }
    expect(seen.find(isRunning)?.operation).toMatchObject({ infos: REQUEST.infos, automated: false });
    expect(seen.at(-1)?.operation).toMatchObject({ phase: 'Failed', infos: REQUEST.infos, message: 'Operation terminated' });
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
