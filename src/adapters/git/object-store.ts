import { UnavailableError } from '../../domain/errors.ts';
import type { GitObject, ObjectType } from './objects.ts';
import type { Remote } from './remote.ts';
import { fetchObjects, type ReadCapabilities } from './upload-pack.ts';

/** Objects of one repository: those read so far, and a way to read more. An id names the same bytes for ever. */
export interface ObjectStore {
  /** Makes sure that the commits or trees are here, without what they name where the server can leave that out. */
  loadNodes(type: 'commit' | 'tree', ids: readonly string[]): Promise<void>;
  loadBlobs(ids: readonly string[]): Promise<void>;
  /** Bytes of an object that was loaded. */
  body(type: ObjectType, id: string): Buffer;
  add(id: string, object: GitObject): void;
}

export function createObjectStore(remote: Remote, capabilities: () => Promise<ReadCapabilities>): ObjectStore {
  const objects = new Map<string, GitObject>();

  async function load(ids: readonly string[], shallow: boolean, filtered: boolean): Promise<void> {
    const missing = [...new Set(ids)].filter((id) => !objects.has(id));
    if (missing.length === 0) return;
    const { filter } = await capabilities();
    const fetched = await fetchObjects(remote, { ids: missing, shallow, ...(filter && filtered ? { filter: 'tree:1' as const } : {}) });
    for (const [id, object] of fetched) objects.set(id, object);
  }

  return {
    loadNodes: (type, ids) => load(ids, type === 'commit', true),
    loadBlobs: (ids) => load(ids, false, false),
    body(type, id) {
      const object = objects.get(id);
      if (object?.type === type) return object.body;
      throw new UnavailableError(`${remote.name} did not send the ${type} ${id} that was asked for.`);
    },
    add: (id, object) => void objects.set(id, object),
  };
}
