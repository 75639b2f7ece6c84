import type { PullRequest } from '../../domain/pull-request.ts';

export type MemoryFiles = Readonly<Record<string, string | Uint8Array>>;

export type Revision = { readonly id: string; readonly message: string; readonly files: MemoryFiles; readonly parent: string | null };

export type MemoryRepositoryOptions = {
  readonly branch?: string;
  readonly files: MemoryFiles;
  /** What the user of each secret may do; without it anybody may write. */
  readonly access?: Readonly<Record<string, 'read' | 'write'>>;
};

export type OpenedPull = PullRequest & { readonly branch: string; readonly title: string; readonly body: string; readonly autoMerge: boolean };

export type StoredPulls = {
  readonly heads: Map<string, Revision>;
  readonly opened: OpenedPull[];
  pendingChecks: boolean;
};

export type Stored = { readonly branch: string; readonly access: MemoryRepositoryOptions['access']; readonly revisions: Revision[]; readonly pulls: StoredPulls; head: Revision | null; declined: string | null };

export function append(stored: Stored, message: string, files: MemoryFiles): string {
  stored.head = remember(stored, { message, files, parent: stored.head?.id ?? null });
  return stored.head.id;
}

/** A commit to which nothing points yet. */
export function remember({ revisions }: Stored, commit: Omit<Revision, 'id'>): Revision {
  const revision = { ...commit, id: (revisions.length + 1).toString(16).padStart(40, '0') };
  revisions.push(revision);
  return revision;
}

export function headOf({ head }: Stored): Revision {
  if (head === null) throw new Error('A repository in memory always has a commit.');
  return head;
}

