import { afterAll, beforeAll, expect, it } from 'vitest';
import { type KubernetesApi, createKubernetesApi } from '../../../src/adapters/kubernetes/api.ts';
import type { ControlPlane } from '../../../lab/kubernetes/start-control-plane.ts';
import { openLab } from '../../support/lab/open-lab.ts';

const PODS = '/api/v1/namespaces/kube-system/pods';

type WatchEvent = { readonly type: string; readonly object: { readonly kind: string; readonly metadata: { readonly resourceVersion: string } } };

let controlPlane: ControlPlane;
let api: KubernetesApi;
const stop = new AbortController();

beforeAll(async () => {
  ({ kubernetes: controlPlane } = await openLab());
  const { url, caPem, administratorToken } = controlPlane;
  api = createKubernetesApi({ cluster: 'lab', endpoint: { server: url, ca: caPem }, token: async () => administratorToken, silence: 30_000 });
});
afterAll(() => {
  stop.abort();
  api.close();
});

/** What the API server sends in one watch of so many seconds. */
async function watch(resourceVersion: string, seconds: number): Promise<readonly WatchEvent[]> {
  const query = { watch: 'true', allowWatchBookmarks: 'true', timeoutSeconds: String(seconds), resourceVersion };
  const events: WatchEvent[] = [];
  for await (const event of api.lines(PODS, query, stop.signal)) events.push(event as WatchEvent);
  return events;
}

it('sends bookmarks of a version from which a watch can go on', async () => {
  const { metadata } = (await api.get(PODS, {}, stop.signal)) as WatchEvent['object'];
  // It comes every minute, and shortly before the API server ends the watch.
  const bookmark = (await watch(metadata.resourceVersion, 20)).find(({ type }) => type === 'BOOKMARK');
  expect(bookmark?.object).toMatchObject({ kind: 'Pod', metadata: { resourceVersion: expect.stringMatching(/^\d+$/) as string } });
  expect((await watch(bookmark?.object.metadata.resourceVersion ?? '', 1)).map(({ type }) => type)).not.toContain('ERROR');
});
