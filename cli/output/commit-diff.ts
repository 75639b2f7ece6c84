import type { Commit } from '../../src/domain/deployment.ts';

/** The changed lines of a commit as a diff; one sentence when nothing had to change. */
export function commitDiff(commit: Commit | null): string {
  if (commit === null) return '  no commit';
  if (commit.revision === null) return `  no commit: the values were there already at ${commit.head.slice(0, 12)}`;
  const files = [...new Set(commit.changes.map((change) => change.file))];
  const hunks = files.map((file) => {
    const lines = commit.changes.filter((change) => change.file === file);
    return [`  ${file}`, ...lines.map((change) => `  @@ line ${change.line} @@\n  -${change.before}\n  +${change.after}`)].join('\n');
  });
  return [`  ${commit.revision.slice(0, 12)}${commit.url === null ? '' : ` ${commit.url}`}`, ...hunks].join('\n');
}
