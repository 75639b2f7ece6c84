import { setTimeout as sleep } from 'node:timers/promises';
import { KubeConfig, Watch } from '@kubernetes/client-node';

/** How a process outside the cluster reaches its API. */
export type ClusterApi = { readonly url: string; readonly caPem: string; readonly token: string };

export type Followed = {
  /** Collection, as `/api/v1/pods`. */
  readonly path: string;
  readonly labelSelector?: string;
  /** Hears of all objects, by namespace and name, after each change. */
  readonly onChange: (objects: ReadonlyMap<string, unknown>) => void;
};

type ApiObject = { readonly metadata: { readonly namespace?: string; readonly name: string; readonly resourceVersion: string } };

/** How often a watch is tried that was never open: the API server refuses those of a kind that was just defined. */
const ATTEMPTS = 100;

/** Follows a collection by watching it, until the process ends. Resolves once its watch is open for the first time. */
export async function followObjects(api: ClusterApi, followed: Followed): Promise<void> {
  const config = kubeConfigOf(api);
  const opened = Promise.withResolvers<void>();
  void (async () => {
    for (let attempt = 1; ; attempt++) {
      await watchOnce(new Watch(config), followed, opened.resolve).catch((error: unknown) => attempt >= ATTEMPTS && opened.reject(error));
      await sleep(20);
    }
  })();
  await opened.promise;
}

/** A watch without a version begins with all objects there are, so that nothing has to be listed before. Ends with the stream. */
function watchOnce(watch: Watch, { path, labelSelector, onChange }: Followed, onOpen: () => void): Promise<void> {
  const objects = new Map<string, unknown>();
  let begun = false;
  return new Promise((resolve, reject) => {
    const query = { sendInitialEvents: true, resourceVersionMatch: 'NotOlderThan', allowWatchBookmarks: true, ...(labelSelector !== undefined && { labelSelector }) };
    const hear = (type: string, object: ApiObject): void => {
      if (type === 'BOOKMARK') {
        if (!begun) onOpen();
        begun = true;
      } else if (type === 'DELETED') objects.delete(keyOf(object));
      else objects.set(keyOf(object), object);
      if (begun) onChange(objects);
    };
    // A watch that has begun may end: it is silent for long, or the server starts again.
    const end = (error: unknown): void => (begun || error === null ? resolve() : reject(new Error(`${path} can't be watched: ${error instanceof Error ? error.message : 'the watch ended'}`, { cause: error })));
    watch.watch(path, query, hear, end).catch(reject);
  });
}

function keyOf({ metadata }: ApiObject): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}

function kubeConfigOf({ url, caPem, token }: ClusterApi): KubeConfig {
  const config = new KubeConfig();
  config.loadFromClusterAndUser({ name: 'lab', server: url, caData: Buffer.from(caPem).toString('base64'), skipTLSVerify: false }, { name: 'bench', token });
  return config;
}
