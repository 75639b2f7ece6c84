import type { ScalarChange } from './deployment.ts';
import { ConfigurationError } from './errors.ts';
import { imageReference, type Release } from './release.ts';
import type { Edit, EditValue } from './service.ts';
import { readScalar, setScalar } from './values-file.ts';
import { formatValuesPath, parseValuesPath } from './values-path.ts';

/** Text of files by path. */
export type Files = Readonly<Record<string, string>>;

/** What the scalar of an edit holds once the release is deployed. A value with a repository names its registry, as Kubernetes pulls it. */
export function wantedValue(value: EditValue, release: Release): string {
  if (typeof value === 'object') return value.literal;
  switch (value) {
    case 'tag':
      return release.tag;
    case 'digest':
      return release.digest;
    case 'repository:tag':
      return `${release.registry}/${release.repository}:${release.tag}`;
    case 'repository@digest':
      return `${release.registry}/${release.repository}@${release.digest}`;
    case 'repository:tag@digest':
      return imageReference(release);
  }
}

/**
 * Makes every edit and returns only the files that changed. `changes` has one entry for each scalar that was set.
 * @throws ConfigurationError as `setScalar`, or for two edits of one scalar, whichever paths lead to it
 */
export function applyEdits(files: Files, edits: readonly Edit[], release: Release): { readonly files: Files; readonly changes: readonly ScalarChange[] } {
  refuseTwins(edits);
  const texts = new Map(Object.entries(files));
  const changes: ScalarChange[] = [];
  for (const { file, path, value, create = false } of edits) {
    const text = texts.get(file);
    if (text === undefined) throw new ConfigurationError(`${file} was not read, so ${path} in it cannot be set.`);
    const edited = setScalar(text, path, wantedValue(value, release), { file, create });
    texts.set(file, edited.text);
    if (edited.change !== null) changes.push({ file, path, ...edited.change });
  }
  if (edits.length > 1) refuseOverwritten(texts, edits, release);
  return { files: Object.fromEntries([...texts].filter(([file, text]) => files[file] !== text)), changes };
}

/** Of two edits of one scalar the second would undo the first, for ever. */
function refuseTwins(edits: readonly Edit[]): void {
  const seen = new Set<string>();
  for (const { file, path } of edits) {
    const scalar = `${formatValuesPath(parseValuesPath(path))} in ${file}`;
    if (seen.has(scalar)) throw new ConfigurationError(`Two edits set ${scalar}; keep one.`);
    seen.add(scalar);
  }
}

/** An index and a selector may lead to one scalar, an anchor to its aliases: what was set is read once more. */
function refuseOverwritten(texts: ReadonlyMap<string, string>, edits: readonly Edit[], release: Release): void {
  const lost = edits.find(({ file, path, value }) => readScalar(String(texts.get(file)), path) !== wantedValue(value, release));
  if (lost !== undefined) throw new ConfigurationError(`Another edit sets ${lost.path} in ${lost.file} too, or what its path goes by; keep one.`);
}

/** Whether the edits leave the digest out, so that the same tag pushed again changes nothing in Git. */
export function namesTagOnly(edits: readonly Edit[]): boolean {
  return edits.every(({ value }) => value === 'tag' || value === 'repository:tag' || typeof value === 'object');
}

/** Whether an edit tells one release from another; a literal is the same for all of them. */
export function namesRelease(edits: readonly Edit[]): boolean {
  return edits.some(({ value }) => typeof value !== 'object');
}

/** The files as they go back, or the edit whose scalar somebody else has set since. */
export type TakenBack = { readonly files: Files; readonly changes: readonly ScalarChange[] } | { readonly changed: Edit };

/**
 * Sets every edited scalar from the failed release's value to the previous one's. One that holds neither was changed by somebody
 * else, and then none is set: half a release is worse than a failed one.
 * @throws ConfigurationError as `applyEdits`
 */
export function takeBack(files: Files, edits: readonly Edit[], { failed, previous }: { readonly failed: Release; readonly previous: Release }): TakenBack {
  const changed = edits.find(({ file, path, value }) => {
    const text = files[file];
    const held = text === undefined ? null : readScalar(text, path);
    return held !== wantedValue(value, failed) && held !== wantedValue(value, previous);
  });
  return changed === undefined ? applyEdits(files, edits, previous) : { changed };
}
