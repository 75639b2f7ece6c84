import { GitProtocolError } from './protocol-error.ts';

/** One entry of a tree object; its neighbours stay raw bytes, whatever their names and modes are. */
export type TreeEntry = { readonly mode: string; readonly id: string; readonly idOffset: number };

export const DIRECTORY_MODE = '40000';
const SYMLINK_MODE = '120000';
const SUBMODULE_MODE = '160000';
const ID_BYTES = 20;
const SPACE = 0x20;

/** The entry of that name, compared byte by byte; null when there is none. */
export function findEntry(tree: Buffer, name: string): TreeEntry | null {
  const wanted = Buffer.from(name);
  let position = 0;
  while (position < tree.length) {
    const space = tree.indexOf(SPACE, position);
    const end = tree.indexOf(0, space);
    const idOffset = end + 1;
    if (space < 0 || end < 0 || idOffset + ID_BYTES > tree.length) throw new GitProtocolError('a tree ends within an entry');
    if (tree.subarray(space + 1, end).equals(wanted)) {
      return { mode: tree.toString('latin1', position, space), id: tree.toString('hex', idOffset, idOffset + ID_BYTES), idOffset };
    }
    position = idOffset + ID_BYTES;
  }
  return null;
}

/** The tree with another object behind that entry. */
export function withEntry(tree: Buffer, entry: TreeEntry, id: string): Buffer {
  const changed = Buffer.from(tree);
  changed.write(id, entry.idOffset, 'hex');
  return changed;
}

/** What an entry is when it is not a file whose text can be read; null when it is one. */
export function otherKind({ mode }: TreeEntry): string | null {
  if (mode === DIRECTORY_MODE) return 'a folder';
  if (mode === SYMLINK_MODE) return 'a symbolic link';
  return mode === SUBMODULE_MODE ? 'a submodule' : null;
}
