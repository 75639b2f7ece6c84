import type { GitObject } from './objects.ts';

/** Objects of one repository that outlive a visit to it. An id names the same bytes for ever, so none of them grows stale. */
export interface ObjectCache {
  get(id: string): GitObject | undefined;
  put(id: string, object: GitObject): void;
}

/** Commits, folders and values files on the way to many services; a function has 512 MB. */
const LIMIT_BYTES = 16 * 1024 * 1024;

/** Keeps up to `limit` bytes; what was not used for longest goes first. */
export function createObjectCache(limit = LIMIT_BYTES): ObjectCache {
  const objects = new Map<string, GitObject>();
  let bytes = 0;

  function take(id: string): GitObject | undefined {
    const object = objects.get(id);
    if (object === undefined) return undefined;
    objects.delete(id);
    bytes -= object.body.length;
    return object;
  }

  function put(id: string, object: GitObject): void {
    take(id);
    if (object.body.length > limit) return;
    objects.set(id, object);
    bytes += object.body.length;
    for (const oldest of objects.keys()) {
      if (bytes <= limit) return;
      take(oldest);
    }
  }

  return {
    get(id) {
      const object = take(id);
      if (object !== undefined) put(id, object);
      return object;
    },
    put,
  };
}
