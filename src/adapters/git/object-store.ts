import { UnavailableError } from '../../domain/errors.ts';
import type { ObjectCache } from './object-cache.ts';
import type { GitObject, ObjectType } from './objects.ts';
import type { Remote } from './remote.ts';
import { fetchObjects, type ObjectRequest, type ReadCapabilities } from './upload-pack.ts';

/** Objects of one repository during one visit: those read so far, and a way to read more. */
export interface ObjectStore {
  /** Makes sure that the commits (with their root trees) or trees are here, and nothing below them where the server can leave that out. */
  loadNodes(type: 'commit' | 'tree', ids: readonly string[]): Promise<void>;
  loadBlobs(ids: readonly string[]): Promise<void>;
  /** Bytes of an object that was loaded. */
  body(type: ObjectType, id: string): Buffer;
  add(id: string, object: GitObject): void;
}

/** What one request brings. A folder is asked for alone: with what it names, one of 2,000 services would bring all of them. */
const SCOPES = { commit: { depth: 1, filter: 'tree:1' }, tree: { filter: 'tree:0' }, blob: {} } as const satisfies Record<string, Omit<ObjectRequest, 'ids'>>;

/** @param cache what earlier visits read and wrote; only what was asked for goes there, since some servers send the whole repository */
export function createObjectStore(remote: Remote, capabilities: () => Promise<ReadCapabilities>, cache: ObjectCache): ObjectStore {
  const objects = new Map<string, GitObject>();

  function keep(id: string, object: GitObject): void {
    objects.set(id, object);
    cache.put(id, object);
  }

  /** Whether the object is here, or was on an earlier visit; it stays for the next. */
  function recall(id: string): boolean {
    const object = objects.get(id) ?? cache.get(id);
    if (object !== undefined) keep(id, object);
    return object !== undefined;
  }

  async function load(type: keyof typeof SCOPES, ids: readonly string[]): Promise<void> {
    const missing = [...new Set(ids)].filter((id) => !recall(id));
    if (missing.length === 0) return;
    const { filter: canFilter } = await capabilities();
    const { filter, ...scope }: Omit<ObjectRequest, 'ids'> = SCOPES[type];
    const fetched = await fetchObjects(remote, { ids: missing, ...scope, ...(canFilter && filter !== undefined ? { filter } : {}) });
    for (const [id, object] of fetched) objects.set(id, object);
    missing.forEach(recall);
  }

  return {
    loadNodes: load,
    loadBlobs: (ids) => load('blob', ids),
    body(type, id) {
      const object = objects.get(id);
      if (object?.type === type) return object.body;
      throw new UnavailableError(`${remote.name} did not send the ${type} ${id} that was asked for.`);
    },
    add: keep,
  };
}
