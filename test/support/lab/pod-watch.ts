import { type KubernetesApi, createKubernetesApi } from '../../../src/adapters/kubernetes/api.ts';
import type { ControlPlane } from '../../../lab/kubernetes/start-control-plane.ts';

/** An event as the API server sends it; of an ERROR the object is a Status. */
export type WatchEvent = { readonly type: string; readonly object: { readonly kind: string; readonly metadata: { readonly resourceVersion: string } } };

/** The pods of a namespace, as Slipway's own client reads them from a cluster, before it makes anything of them. */
export type PodWatch = {
  /** Of a list of now. */
  resourceVersion(): Promise<string>;
  /** What the API server sends in one watch of so many seconds. */
  events(resourceVersion: string, seconds: number): Promise<readonly WatchEvent[]>;
  close(): void;
};

export function openPodWatch({ url, caPem, administratorToken }: ControlPlane, namespace: string): PodWatch {
  const path = `/api/v1/namespaces/${namespace}/pods`;
  const stop = new AbortController();
  const api: KubernetesApi = createKubernetesApi({ cluster: 'lab', endpoint: { server: url, ca: caPem }, token: async () => administratorToken, silence: 30_000 });
  return {
    async resourceVersion() {
      const { metadata } = (await api.get(path, {}, stop.signal)) as WatchEvent['object'];
      return metadata.resourceVersion;
    },
    async events(resourceVersion, seconds) {
      const query = { watch: 'true', allowWatchBookmarks: 'true', timeoutSeconds: String(seconds), resourceVersion };
      const events: WatchEvent[] = [];
      for await (const event of api.lines(path, query, stop.signal)) events.push(event as WatchEvent);
      return events;
    },
    close() {
      stop.abort();
      api.close();
    },
  };
}
