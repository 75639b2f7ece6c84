import { decodeText, missingFile, notAFile, partsOf } from '../forge/repository-files.ts';
import type { ObjectStore } from './object-store.ts';
import { type NewObject, objectId } from './objects.ts';
import { DIRECTORY_MODE, findEntry, otherKind, type TreeEntry, withEntry } from './tree.ts';

/** A repository at one revision; `where` names it in messages. */
export type Place = { readonly store: ObjectStore; readonly where: string };

type Walk = { readonly path: string; readonly parts: readonly string[]; readonly id: string };

/** Reads files below a tree, one request per level of folders for all of them, and one for their contents. */
export async function readFiles(place: Place, root: string, paths: readonly string[]): Promise<Record<string, string>> {
  const { store } = place;
  const blobs = await findFiles(place, root, paths);
  await store.loadBlobs([...blobs.values()]);
  return Object.fromEntries([...blobs].map(([path, id]) => [path, decodeText(place.where, path, store.body('blob', id))]));
}

/** Ids of the files' contents by path. Loads every tree on the way. */
async function findFiles(place: Place, root: string, paths: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const { store } = place;
  const blobs = new Map<string, string>();
  let walks: Walk[] = paths.map((path) => ({ path, parts: partsOf(path), id: root }));
  while (walks.length > 0) {
    await store.loadNodes('tree', walks.map(({ id }) => id));
    walks = walks.flatMap((walk) => {
      const [, ...rest] = walk.parts;
      const entry = enter(place, walk);
      if (rest.length > 0) return [{ path: walk.path, parts: rest, id: entry.id }];
      blobs.set(walk.path, entry.id);
      return [];
    });
  }
  return blobs;
}

/** The entry that comes next on the way to a file. */
function enter({ store, where }: Place, { path, parts, id }: Walk): TreeEntry {
  const [name = '', ...rest] = parts;
  const entry = findEntry(store.body('tree', id), name);
  if (entry === null || (rest.length > 0 && entry.mode !== DIRECTORY_MODE)) throw missingFile(where, path);
  const other = rest.length === 0 ? otherKind(entry) : null;
  if (other !== null) throw notAFile(where, path, other);
  return entry;
}

export type WrittenTree = { readonly id: string; readonly objects: readonly NewObject[] };

/** Writes files that are there already: new blobs, and new trees on the way to them. Their neighbours keep bytes, names and modes. */
export async function writeFiles(place: Place, root: string, files: Readonly<Record<string, string>>): Promise<WrittenTree> {
  await findFiles(place, root, Object.keys(files));
  const objects: NewObject[] = [];
  const blobs = Object.entries(files).map(([path, text]): NewFile => {
    const body = Buffer.from(text);
    const id = objectId({ type: 'blob', body });
    objects.push({ type: 'blob', id, body });
    return { path, parts: partsOf(path), blob: id };
  });
  const id = writeTree(place, root, blobs, objects);
  return { id, objects };
}

type NewFile = { readonly path: string; readonly parts: readonly string[]; readonly blob: string };

function writeTree(place: Place, id: string, files: readonly NewFile[], objects: NewObject[]): string {
  const replaces = { id, body: place.store.body('tree', id) };
  let { body } = replaces;
  for (const [, group] of Map.groupBy(files, ({ parts }) => parts[0])) {
    const [first] = group;
    if (first === undefined) continue;
    const entry = enter(place, { path: first.path, parts: first.parts, id });
    const below = group.map(({ path, parts, blob }) => ({ path, parts: parts.slice(1), blob }));
    body = withEntry(body, entry, first.parts.length === 1 ? first.blob : writeTree(place, entry.id, below, objects));
  }
  const tree: NewObject = { type: 'tree', id: objectId({ type: 'tree', body }), body, replaces };
  objects.push(tree);
  return tree.id;
}
