import type { ScalarChange } from './deployment.ts';
import { applyEdits, type Files } from './edits.ts';
import { type Instant, later } from './instant.ts';
import type { Release } from './release.ts';
import type { Edit } from './service.ts';

/** A release that goes out with others. `name` tells it from the others, from one round to the next. */
export type Candidate = { readonly name: string; readonly edits: readonly Edit[]; readonly release: Release };

/** What becomes of the files: those that an edit changes, nothing where every value is there, or a refusal. */
export type Edited = { readonly files: Files; readonly changes: readonly ScalarChange[] } | { readonly refused: unknown };

/** What the edits of each candidate came to, and on which texts: to edit a hundred files takes longer than to push them. */
export type EditMemory = Map<string, { readonly before: Files; readonly edited: Edited }>;

/**
 * Lays the releases on top of each other, in their order: each edit is made on the files as those before it leave them. One that can't be
 * made is refused by itself, and the others are as if it had not been there. `files` is what all of them leave.
 */
export function layEdits(files: Files, candidates: readonly Candidate[], memory: EditMemory): { readonly edited: readonly Edited[]; readonly files: Files } {
  let held = files;
  const edited = candidates.map((candidate) => {
    const one = edit(held, candidate, memory);
    if ('files' in one) held = { ...held, ...one.files };
    return one;
  });
  return { edited, files: held };
}

function edit(held: Files, { name, edits, release }: Candidate, memory: EditMemory): Edited {
  const paths = [...new Set(edits.map(({ file }) => file))];
  const known = memory.get(name);
  if (known !== undefined && paths.every((path) => known.before[path] === held[path])) return known.edited;
  const before = Object.fromEntries(paths.flatMap((path) => (held[path] === undefined ? [] : [[path, held[path]]])));
  const edited = tryEdits(before, edits, release);
  memory.set(name, { before, edited });
  return edited;
}

function tryEdits(before: Files, edits: readonly Edit[], release: Release): Edited {
  try {
    return applyEdits(before, edits, release);
  } catch (refused) {
    return { refused };
  }
}

/** How long whoever pushes may be silent before another one takes over. */
export const LEASE_MS = 30_000;

export function leaseOf(holder: string, now: Instant): { readonly holder: string; readonly now: Instant; readonly until: Instant } {
  return { holder, now, until: later(now, LEASE_MS) };
}

/** A commit as it goes to the host. */
export type BatchCommit = { readonly files: Files; readonly message: string };

/** All of them as one commit, for a host whose API makes one a call: its message is every one's, so that each still finds its own. */
export function asOneCommit(commits: readonly [BatchCommit, ...BatchCommit[]]): BatchCommit {
  const [{ message: first }, ...others] = commits;
  const files = Object.assign({}, ...commits.map((commit) => commit.files)) as Files;
  if (others.length === 0) return { files, message: first };
  const [subject = ''] = first.split('\n');
  const messages = commits.map(({ message }) => message.trim());
  return { files, message: `${[`${subject}, and ${others.length} more`, ...messages].join('\n\n')}\n` };
}
