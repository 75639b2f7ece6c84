import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { type Clock, timestamp } from './clock.ts';
import { type Draft, isOwnedBy, type Kind, type Kinds, type KubernetesObject } from './objects.ts';
import { apiVersionOf, RESOURCES } from './resources.ts';

export type StoreEvent = {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: KubernetesObject;
  /** The object before this change; null when it was created. */
  readonly previous: KubernetesObject | null;
  readonly resourceVersion: number;
};

/** The cluster's objects. Objects are never changed in place: each write stores a new one with the next resourceVersion. */
export type Store = {
  readonly resourceVersion: () => number;
  create<K extends Kind>(kind: K, draft: Draft<K>): Kinds[K];
  get<K extends Kind>(kind: K, namespace: string, name: string): Kinds[K] | null;
  /** Sorted by namespace and name; of every namespace without one. */
  list<K extends Kind>(kind: K, namespace?: string): readonly Kinds[K][];
  /** Replaces the object by what `change` makes of it. Writes nothing when that is equal; null when the object is gone. */
  update<K extends Kind>(kind: K, namespace: string, name: string, change: (object: Kinds[K]) => Kinds[K]): Kinds[K] | null;
  /** Deletes the object and what it owns. A pod on a node is marked only: its kubelet stops the containers, then removes it. */
  delete(kind: Kind, namespace: string, name: string): boolean;
  /** Removes the object at once, as a kubelet does with a pod whose containers have stopped. */
  remove(kind: Kind, namespace: string, name: string): boolean;
  /** Calls the listener after each write until the result is called. A listener must not write: it would overtake the others. */
  readonly watch: (listener: (event: StoreEvent) => void) => () => void;
  /** Changes after a resourceVersion, oldest first; null when the history no longer reaches back that far. */
  changesSince(resourceVersion: number): readonly StoreEvent[] | null;
  /** Forgets the history, as etcd's compaction does: older resourceVersions are Expired from then on. */
  readonly compact: () => void;
};

export function createStore(clock: Clock, historyLimit = 2000): Store {
  const objects: { readonly [K in Kind]: Map<string, Kinds[K]> } = {
    Pod: new Map(), Event: new Map(), ConfigMap: new Map(), ServiceAccount: new Map(), Service: new Map(), Deployment: new Map(), ReplicaSet: new Map(), StatefulSet: new Map(), DaemonSet: new Map(),
  };
  const journal = createJournal(historyLimit);

  function write<K extends Kind>(kind: K, object: Kinds[K], previous: Kinds[K] | null): Kinds[K] {
    const next = { ...object, metadata: { ...object.metadata, resourceVersion: String(journal.next()) } };
    objects[kind].set(keyOf(next.metadata.namespace, next.metadata.name), next);
    journal.append(previous === null ? 'ADDED' : 'MODIFIED', next, previous);
    return next;
  }

  const store: Store = {
    resourceVersion: journal.current,
    create(kind, draft) {
      const { namespace, name } = draft.metadata;
      if (objects[kind].has(keyOf(namespace, name))) throw new Error(`${kind} ${namespace}/${name} already exists; update it`);
      return write(kind, newObject(kind, draft, timestamp(clock.now())), null);
    },
    get: (kind, namespace, name) => objects[kind].get(keyOf(namespace, name)) ?? null,
    list(kind, namespace) {
      const all = [...objects[kind].entries()].filter(([key]) => namespace === undefined || key.startsWith(`${namespace}/`));
      return all.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object);
    },
    update(kind, namespace, name, change) {
      const previous = store.get(kind, namespace, name);
      if (previous === null) return null;
      const next = change(previous);
      return isDeepStrictEqual(next, previous) ? previous : write(kind, withGeneration(next, previous), previous);
    },
    delete(kind, namespace, name) {
      const pod = kind === 'Pod' ? store.get('Pod', namespace, name) : null;
      if (pod?.spec.nodeName === undefined) return store.remove(kind, namespace, name);
      const deletion = { deletionTimestamp: timestamp(clock.now()), deletionGracePeriodSeconds: pod.spec.terminationGracePeriodSeconds ?? 30 };
      store.update('Pod', namespace, name, (live) => ({ ...live, metadata: { ...deletion, ...live.metadata } }));
      return true;
    },
    remove(kind, namespace, name) {
      const last = store.get(kind, namespace, name);
      if (last === null) return false;
      objects[kind].delete(keyOf(namespace, name));
      journal.append('DELETED', atVersion(last, journal.next()), last);
      for (const owned of Object.values(objects).flatMap((each) => [...each.values()].filter((object) => isOwnedBy(object, last)))) {
        store.delete(owned.kind, namespace, owned.metadata.name);
      }
      return true;
    },
    watch: journal.watch,
    changesSince: journal.since,
    compact: journal.compact,
  };
  return store;
}

export function atVersion(object: KubernetesObject, resourceVersion: number): KubernetesObject {
  return { ...object, metadata: { ...object.metadata, resourceVersion: String(resourceVersion) } };
}

function keyOf(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}

function resourceFor(kind: Kind) {
  return RESOURCES.find((resource) => resource.kind === kind);
}

function newObject<K extends Kind>(kind: K, draft: Draft<K>, creationTimestamp: string): Kinds[K] {
  const resource = resourceFor(kind);
  const metadata = { ...draft.metadata, uid: randomUUID(), creationTimestamp, ...(resource?.counted ? { generation: 1 } : {}) };
  // A draft is the object without what is added here; the compiler can't see that through a generic kind.
  return { apiVersion: apiVersionOf(resource?.group ?? ''), kind, ...draft, metadata } as unknown as Kinds[K];
}

function withGeneration<K extends Kind>(next: Kinds[K], previous: Kinds[K]): Kinds[K] {
  const { generation } = previous.metadata;
  const same = generation === undefined || !('spec' in next && 'spec' in previous) || isDeepStrictEqual(next.spec, previous.spec);
  return same ? next : { ...next, metadata: { ...next.metadata, generation: generation + 1 } };
}

/** One counter of versions, and the latest changes for watches that resume. */
function createJournal(limit: number) {
  const listeners = new Set<(event: StoreEvent) => void>();
  let version = 0;
  let history: StoreEvent[] = [];
  let oldest = 0;
  return {
    current: () => version,
    next: () => ++version,
    append(type: StoreEvent['type'], object: KubernetesObject, previous: KubernetesObject | null) {
      const event = { type, object, previous, resourceVersion: version };
      history.push(event);
      if (history.length > limit) oldest = history.shift()?.resourceVersion ?? oldest;
      for (const listener of listeners) listener(event);
    },
    watch: (listener: (event: StoreEvent) => void) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    since: (from: number) => (from < oldest ? null : history.filter(({ resourceVersion }) => resourceVersion > from)),
    compact: () => {
      history = [];
      oldest = version;
    },
  };
}
