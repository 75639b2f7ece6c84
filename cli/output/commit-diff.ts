import type { Commit } from '../../src/domain/deployment.ts';
import { type Look, PLAIN } from './terminal.ts';

/** The changed lines of a commit as a diff, file by file; one sentence when nothing had to change. */
export function commitDiff(commit: Commit | null, { paint }: Look = PLAIN): string {
  if (commit === null) return '  no commit';
  if (commit.revision === null) return `  no commit: the values were there already at ${commit.head.slice(0, 12)}`;
  const files = [...new Set(commit.changes.map(({ file }) => file))];
  const hunks = files.flatMap((file) => {
    const changes = commit.changes.filter((change) => change.file === file);
    // A line that was added had no text before.
    const lines = changes.map(({ line, before, after }) => [`  @@ line ${line} @@`, ...(before === '' ? [] : [paint('red', `  -${before}`)]), paint('green', `  +${after}`)].join('\n'));
    return [`  ${file}`, ...lines];
  });
  if (commit.changes.length === 0) return `  ${commit.revision.slice(0, 12)}, by an earlier attempt of this deployment`;
  return [`  ${commit.revision.slice(0, 12)}${commit.url === null ? '' : ` ${commit.url}`}`, ...hunks].join('\n');
}
