import { ConfigurationError, NotFoundError } from '../../domain/errors.ts';

/** @param where names the repository at a revision */
export function missingFile(where: string, path: string): NotFoundError {
  return new NotFoundError(`${where} has no file ${path}; add it, or correct the path in the configuration.`);
}

/** @param what it is instead, as `a folder` */
export function notAFile(where: string, path: string, what: string): ConfigurationError {
  return new ConfigurationError(`${path} in ${where} is ${what}; name a file.`);
}

export function missingBranch(name: string, branch: string): NotFoundError {
  return new NotFoundError(`${name} has no branch ${branch}; create it, or correct the branch in the configuration.`);
}

/** Names the commit where it looks like one. */
export function missingCommit(name: string, revision: string): NotFoundError {
  const problem = isRevision(revision) ? `no commit ${revision}` : `no commit ${JSON.stringify(revision)}; name it by its whole SHA-1`;
  return new NotFoundError(`${name} has ${problem}.`);
}

export function isRevision(text: string): boolean {
  return /^[0-9a-f]{40}$/.test(text);
}

/** How messages name a repository at a revision. */
export function placeOf(name: string, revision: string): string {
  return `${name} at ${revision.slice(0, 7)}`;
}

/** The folders and the name of a file. @throws ConfigurationError for a path that leaves the repository */
export function partsOf(path: string): readonly string[] {
  const parts = path.split('/');
  if (parts.some((part) => part === '' || part === '.' || part === '..')) throw new ConfigurationError(`${JSON.stringify(path)} is not a path inside a repository; write it as envs/dev/values.yaml.`);
  return parts;
}

/** Text exactly as the bytes hold it: line endings and a byte order mark included. @throws ConfigurationError for other encodings than UTF-8 */
export function decodeText(where: string, path: string, bytes: Uint8Array): string {
  try {
    // With ignoreBOM the byte order mark stays in the text, and so in the file.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new ConfigurationError(`${path} in ${where} is not UTF-8, so it cannot be edited; save it as UTF-8.`);
  }
}
