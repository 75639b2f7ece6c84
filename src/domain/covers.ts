import { wantedValue, type Files } from './edits.ts';
import type { Release } from './release.ts';
import type { Edit } from './service.ts';
import { readScalar } from './values-file.ts';

/**
 * Whether files, as one revision holds them, carry the release: every edited scalar has the value that CommitRelease writes. Content
 * decides and not ancestry, since a descendant of our commit may have reverted it.
 */
export function carriesRelease(files: Files, edits: readonly Edit[], release: Release): boolean {
  return edits.every(({ file, path, value }) => {
    const text = files[file];
    return text !== undefined && readScalar(text, path) === wantedValue(value, release);
  });
}

/** The edited scalars for people, as `image.tag of envs/dev/values.yaml`. */
export function describeEdits(edits: readonly Edit[]): string {
  return edits.map(({ file, path }) => `${path} of ${file}`).join(' and ');
}
