import { expect, it } from 'vitest';
import { openLab } from '../../support/lab/open-lab.ts';
import { openPodWatch } from '../../support/lab/pod-watch.ts';

it('sends bookmarks of a version from which a watch can go on', async () => {
  const pods = openPodWatch((await openLab()).kubernetes, 'kube-system');
  // It comes every minute, and shortly before the API server ends the watch.
  const bookmark = (await pods.events(await pods.resourceVersion(), 20)).find(({ type }) => type === 'BOOKMARK');
  expect(bookmark?.object).toMatchObject({ kind: 'Pod', metadata: { resourceVersion: expect.stringMatching(/^\d+$/) as string } });
  expect((await pods.events(bookmark?.object.metadata.resourceVersion ?? '', 1)).map(({ type }) => type)).not.toContain('ERROR');
  pods.close();
});
