import { RefusedError } from '../../domain/errors.ts';
import type { GitChange, GitHost, GitSnapshot } from '../../ports/git-host.ts';
import type { Asked } from './answer-error.ts';

type Files = Readonly<Record<string, string>>;

/** One repository as the API of its host has it. */
export type ApiRepository = {
  readonly readSnapshot: (paths: readonly string[], revision?: string) => Promise<GitSnapshot>;
  /** @param known the head's files that were read, those that are changed among them */
  readonly commitFiles: (change: GitChange, known: Files) => Promise<string>;
  /** Address of a commit's page, up to its id. */
  readonly commitPages: string;
};

/** Makes sure before a commit that its files are there, since APIs would add those that are not; what was read is not asked for again. */
export function createApiHost({ readSnapshot, commitFiles, commitPages }: ApiRepository): GitHost {
  const revisions = new Map<string, Files>();
  const known = (revision: string): Files => revisions.get(revision) ?? {};

  async function read(paths: readonly string[], revision?: string): Promise<GitSnapshot> {
    const snapshot = await readSnapshot(paths, revision);
    revisions.set(snapshot.revision, { ...known(snapshot.revision), ...snapshot.files });
    return snapshot;
  }

  return {
    read,
    async commit(change) {
      const unknown = Object.keys(change.files).filter((path) => known(change.head)[path] === undefined);
      if (unknown.length > 0) await read(unknown, change.head);
      return commitFiles(change, known(change.head));
    },
    link: (revision) => `${commitPages}${revision}`,
  };
}

/** For a host that takes no commit without a file: one that stays as it is makes a commit that changes nothing. */
export function changedOrSame(asked: Asked, files: Files, known: Files): Files {
  return Object.keys(files).length > 0 ? files : Object.fromEntries([anyOf(asked, Object.entries(known))]);
}

/** @throws RefusedError where no file was read */
export function anyOf<File>({ name }: Asked, [file]: readonly File[]): File {
  if (file === undefined) throw new RefusedError(`${name} takes no commit without a file; read one of them first.`);
  return file;
}
