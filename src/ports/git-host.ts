import type { GitRepository } from '../domain/service.ts';

/** Files of one repository as one revision holds them. */
export type GitSnapshot = {
  readonly revision: string;
  /** Whether the branch is the repository's default one, which `HEAD` means; absent when a revision was asked for. */
  readonly isDefaultBranch?: boolean;
  /** Whole message of that commit. */
  readonly message: string;
  /** Text by path, exactly as stored: line endings and a byte order mark included. */
  readonly files: Readonly<Record<string, string>>;
};

export type GitChange = {
  /** Head that the edits were made on; the commit happens only if the branch still points to it. */
  readonly head: string;
  readonly files: Readonly<Record<string, string>>;
  readonly message: string;
};

/** Commits on top of each other, in their order; each one's files are as they are after those before it. */
export type GitBatch = { readonly head: string; readonly commits: readonly Omit<GitChange, 'head'>[] };

/** One branch of one repository on a Git host. */
export interface GitHost {
  /**
   * Reads files at the branch head, or at `revision`.
   * @throws NotFoundError naming the file, branch or repository; ConfigurationError for a file that is not UTF-8
   */
  read(paths: readonly string[], revision?: string): Promise<GitSnapshot>;
  /**
   * Commits as a compare-and-swap on the branch head and returns the new revision.
   * @throws ConflictError when the head moved; RefusedError with the host's words when it declines
   */
  commit(change: GitChange): Promise<string>;
  /**
   * Several commits in one push: all of them, as a compare-and-swap on the branch head, or none. Returns their revisions. Absent where
   * the host's API makes one commit a call.
   * @throws as commit
   */
  readonly commitEach?: (batch: GitBatch) => Promise<readonly string[]>;
  /** The commits that led to that revision, itself included, newest first, `limit` at most. Absent where it would take a request for each. */
  readonly recent?: (revision: string, limit: number) => Promise<readonly { readonly revision: string; readonly message: string }[]>;
  /** Web page of a commit, where the host has one. */
  link(revision: string): string | null;
}

/** Opens the branch that a configuration entry names, with the credentials behind its secret's name. */
export type OpenGitHost = (repository: GitRepository) => Promise<GitHost>;
