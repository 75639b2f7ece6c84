import { isRetryable } from '../domain/errors.ts';
import type { GitHost, GitSnapshot } from '../ports/git-host.ts';

/** Files at the head, for several deployments: `unreadable` is by the place of the deployment whose files can't be read. */
export type ReadForAll = { readonly snapshot: GitSnapshot; readonly unreadable: ReadonlyMap<number, unknown> };

/** Reads the files of all of them at one head. Where one names a file that is not there, only that one hears of it. */
export async function readForAll(host: GitHost, paths: readonly (readonly string[])[]): Promise<ReadForAll> {
  try {
    return { snapshot: await host.read([...new Set(paths.flat())]), unreadable: new Map() };
  } catch (error) {
    if (isRetryable(error) || paths.length < 2) throw error;
    return readOneByOne(host, paths);
  }
}

async function readOneByOne(host: GitHost, paths: readonly (readonly string[])[]): Promise<ReadForAll> {
  // What is wrong with the repository as a whole is thrown here.
  const head = await host.read([]);
  const unreadable = new Map<number, unknown>();
  const read = await Promise.all(
    paths.map(async (some, index) => {
      try {
        return (await host.read([...new Set(some)], head.revision)).files;
      } catch (error) {
        if (isRetryable(error)) throw error;
        unreadable.set(index, error);
        return {};
      }
    }),
  );
  return { snapshot: { ...head, files: Object.assign({}, ...read) as GitSnapshot['files'] }, unreadable };
}
