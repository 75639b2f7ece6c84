import type { GitSnapshot } from '../../ports/git-host.ts';

type Files = Readonly<Record<string, string>>;

/** What one opened repository has read: a commit on a revision asks only for what is not known of it. */
export type Visit = {
  /** Keeps what was read, and hands it on. */
  keep(snapshot: GitSnapshot): GitSnapshot;
  /** Files of a revision by path, as far as they were read. */
  files(revision: string): Files;
};

export function createVisit(): Visit {
  const revisions = new Map<string, Files>();
  const files = (revision: string): Files => revisions.get(revision) ?? {};
  return {
    keep(snapshot) {
      revisions.set(snapshot.revision, { ...files(snapshot.revision), ...snapshot.files });
      return snapshot;
    },
    files,
  };
}

/** Makes sure that the files are there at the revision: APIs would add those that are not. @throws NotFoundError for one that is not there */
export async function proveFiles(visit: Visit, revision: string, paths: readonly string[], read: (paths: readonly string[], revision: string) => Promise<unknown>): Promise<void> {
  const known = visit.files(revision);
  const unknown = paths.filter((path) => known[path] === undefined);
  if (unknown.length > 0) await read(unknown, revision);
}
