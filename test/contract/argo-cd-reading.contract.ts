import { expect, it } from 'vitest';
import { first, type Given, REQUEST, until } from './argo-cd-world.contract.ts';

/** What is read of an Application. */
export function readingCases(given: Given): void {
  it('names an Application that does not exist', given({}, async ({ argocd, ref }) => {
    const missing = { ...ref, name: 'nosuch' };
    await expect(argocd.application(missing)).rejects.toMatchObject({ name: 'NotFoundError', message: expect.stringContaining('nosuch') as string });
    await expect(argocd.application(missing, 'normal')).rejects.toMatchObject({ name: 'NotFoundError' });
    await expect(argocd.workloads(missing)).rejects.toMatchObject({ name: 'NotFoundError' });
    await expect(argocd.syncRights(missing)).rejects.toMatchObject({ name: 'NotFoundError' });
    await expect(argocd.sync(missing, REQUEST)).rejects.toMatchObject({ name: 'NotFoundError' });
    await expect(argocd.terminate(missing)).rejects.toMatchObject({ name: 'NotFoundError' });
    await expect(first(argocd, missing)).rejects.toMatchObject({ name: 'NotFoundError' });
  }));

  it('does not show an Application under another project, for which the token may have no right', given({}, async ({ argocd, ref }) => {
    await expect(argocd.application({ ...ref, project: 'other' })).rejects.toMatchObject({ name: expect.stringMatching(/^(NotFound|Forbidden)Error$/) as string });
  }));

  it('compares with Git before a refresh answers', given({}, async ({ argocd, ref, commitTag }) => {
    const revision = await commitTag('2');
    expect(await argocd.application(ref, 'normal')).toMatchObject({ autoSync: null, sync: { status: 'OutOfSync', revisions: [revision] } });
    const next = await commitTag('3');
    expect(await argocd.application(ref, 'hard')).toMatchObject({ sync: { status: 'OutOfSync', revisions: [next] } });
  }));

  it('reads where an Application comes from and goes to', given({}, async ({ argocd, ref }) => {
    const { name, project, sources, destinationNamespace, deleting } = await argocd.application(ref);
    expect({ name, project, deleting }).toEqual({ ...ref, deleting: false });
    expect(sources).toEqual([{ repoUrl: expect.stringContaining('/') as string, targetRevision: 'main' }]);
    expect(destinationNamespace).not.toBe('');
  }));

  it('reads the images of the live templates', given({}, async ({ argocd, ref, commitTag }) => {
    await commitTag('2');
    await argocd.sync(ref, REQUEST);
    await until(argocd, ref, ({ operation }) => operation?.phase === 'Succeeded');
    // The tree of what is new follows the operation: it is made by the comparison after it.
    const uid = expect.stringMatching(/./) as string;
    await expect.poll(() => argocd.workloads(ref), { timeout: 20_000 }).toMatchObject([{ kind: 'Deployment', images: [expect.stringContaining(':2')], uid }]);
  }));

  it('shows a ComparisonError, and its end', given({}, async ({ argocd, ref, commitNonsense, commitTag }) => {
    await commitNonsense();
    expect((await argocd.application(ref, 'normal')).conditions).toMatchObject([{ type: 'ComparisonError' }]);
    expect(await argocd.application(ref, 'hard')).toMatchObject({ sync: { status: 'Unknown' }, conditions: [{ type: 'ComparisonError' }] });
    await commitTag('2');
    expect((await argocd.application(ref, 'hard')).conditions).toEqual([]);
  }));

  it('shows that an Application is being deleted, and refuses to sync it', given({ deleting: true }, async ({ argocd, ref }) => {
    expect((await argocd.application(ref)).deleting).toBe(true);
    await expect(argocd.sync(ref, REQUEST)).rejects.toMatchObject({ name: 'RefusedError', message: expect.stringContaining('deleting') as string });
  }));
}
