import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { runGit } from './run-git.ts';

export type StoredObject = { readonly type: 'commit' | 'tree' | 'blob' | 'tag'; readonly body: Buffer };

export type StoredCommit = { readonly id: string; readonly tree: string; readonly parents: readonly string[]; readonly message: string };

/** What a tree holds under one path. */
export type StoredEntry = { readonly mode: string; readonly type: 'blob' | 'tree' | 'commit'; readonly id: string };

/**
 * The object of a whole id; null when there is none. Git keeps what is new in one file an object, which is read here: a process costs as
 * much as a hundred such reads. Git itself is asked for what is in packs.
 */
export async function readObject(directory: string, id: string): Promise<StoredObject | null> {
  const file = readIfThere(join(directory, 'objects', id.slice(0, 2), id.slice(2)));
  if (file === null) return readPacked(directory, id);
  const bytes = inflateSync(file);
  const end = bytes.indexOf(0);
  return toObject(bytes.toString('latin1', 0, bytes.indexOf(0x20)), bytes.subarray(end + 1));
}

const packed = new Map<string, StoredObject>();

/** An object never changes, so git is asked once for each. */
async function readPacked(directory: string, id: string): Promise<StoredObject | null> {
  const key = `${directory} ${id}`;
  const known = packed.get(key);
  if (known !== undefined) return known;
  const answer = await runGit(directory, ['cat-file', '--batch'], `${id}\n`);
  const end = answer.indexOf('\n');
  const [, type = '', size = ''] = answer.toString('latin1', 0, end).split(' ');
  if (size === '') return null;
  const object = toObject(type, answer.subarray(end + 1, end + 1 + Number(size)));
  packed.set(key, object);
  return object;
}

function toObject(type: string, body: Buffer): StoredObject {
  if (type === 'commit' || type === 'tree' || type === 'blob' || type === 'tag') return { type, body };
  throw new Error(`Git stores no object of type ${type}.`);
}

/** The commit of a whole id; null when there is none. */
export async function readCommit(directory: string, id: string): Promise<StoredCommit | null> {
  const object = isId(id) ? await readObject(directory, id) : null;
  if (object?.type !== 'commit') return null;
  const text = object.body.toString();
  const end = text.indexOf('\n\n');
  const header = text.slice(0, end + 1);
  return {
    id,
    tree: /^tree (.+)$/m.exec(header)?.[1] ?? '',
    parents: [...header.matchAll(/^parent (.+)$/gm)].map(([, parent = '']) => parent),
    message: text.slice(end + 2),
  };
}

/** The entry of a path in a commit; null where there is none. The path `` is the root. */
export async function entryAt(directory: string, revision: string, path: string): Promise<StoredEntry | null> {
  const commit = await readCommit(directory, revision);
  if (commit === null) return null;
  let found: StoredEntry | null = { mode: '040000', type: 'tree', id: commit.tree };
  for (const name of path.split('/').filter(Boolean)) {
    const tree: StoredObject | null = found?.type === 'tree' ? await readObject(directory, found.id) : null;
    const entry: TreeEntry | undefined = tree === null ? undefined : entriesOf(tree.body).find((one) => one.name === name);
    found = entry === undefined ? null : { mode: entry.mode, type: typeOf(entry.mode), id: entry.id };
  }
  return found;
}

/** What a file holds that a tree names. @throws for an id that is no blob's */
export async function readBlob(directory: string, id: string): Promise<Buffer> {
  const object = await readObject(directory, id);
  if (object?.type !== 'blob') throw new Error(`${directory} has no blob ${id}.`);
  return object.body;
}

export type TreeEntry = { readonly name: string; readonly mode: string; readonly id: string };

/** The format of a tree: mode, name, NUL and the 20 bytes of the id, again and again. */
export function entriesOf(tree: Buffer): TreeEntry[] {
  const entries: TreeEntry[] = [];
  for (let at = 0; at < tree.length; ) {
    const space = tree.indexOf(0x20, at);
    const end = tree.indexOf(0, space);
    entries.push({ name: tree.toString('utf8', space + 1, end), mode: tree.toString('latin1', at, space).padStart(6, '0'), id: tree.toString('hex', end + 1, end + 21) });
    at = end + 21;
  }
  return entries;
}

function typeOf(mode: string): StoredEntry['type'] {
  if (mode === '040000') return 'tree';
  return mode === '160000' ? 'commit' : 'blob';
}

/** Whether the text is the whole id of an object. */
export function isId(text: string): boolean {
  return /^[0-9a-f]{40}$/.test(text);
}

/** A file of the repository's own; null when there is none. */
export function readIfThere(file: string): Buffer | null {
  try {
    return readFileSync(file);
  } catch {
    return null;
  }
}
