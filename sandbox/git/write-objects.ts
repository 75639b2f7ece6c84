import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { entriesOf, readCommit, readObject, type StoredObject, type TreeEntry } from './stored-objects.ts';

/** Writes an object as git keeps what is new, one file each, and returns its id. */
export function writeObject(directory: string, { type, body }: StoredObject): string {
  const bytes = Buffer.concat([Buffer.from(`${type} ${body.length}\0`), body]);
  const id = createHash('sha1').update(bytes).digest('hex');
  const folder = join(directory, 'objects', id.slice(0, 2));
  const file = join(folder, id.slice(2));
  if (existsSync(file)) return id;
  mkdirSync(folder, { recursive: true });
  const unfinished = `${file}.${crypto.randomUUID()}`;
  writeFileSync(unfinished, deflateSync(bytes, { level: 1 }), { mode: 0o444 });
  renameSync(unfinished, file);
  return id;
}

/** What stands at a path from now on: an entry, or nothing. */
export type TreeChange = { readonly path: string; readonly entry: Pick<TreeEntry, 'mode' | 'id'> | null };

/** Writes the trees that a tree becomes by these changes, and returns the id of the topmost; null when nothing is left in it. */
export async function writeTree(directory: string, tree: string | null, changes: readonly TreeChange[]): Promise<string | null> {
  const body = tree === null ? null : (await readObject(directory, tree))?.body;
  const entries = new Map(entriesOf(body ?? Buffer.alloc(0)).map((entry) => [entry.name, entry]));
  for (const [name, below] of Map.groupBy(changes, ({ path }) => path.split('/', 1)[0] ?? '')) {
    const entry = await changedEntry(directory, entries.get(name), name, below);
    if (entry === null) entries.delete(name);
    else entries.set(name, entry);
  }
  if (entries.size === 0) return null;
  const parts = [...entries.values()].sort(byName).flatMap(({ mode, name, id }) => [Buffer.from(`${mode.replace(/^0/, '')} ${name}\0`), Buffer.from(id, 'hex')]);
  return writeObject(directory, { type: 'tree', body: Buffer.concat(parts) });
}

async function changedEntry(directory: string, before: TreeEntry | undefined, name: string, changes: readonly TreeChange[]): Promise<TreeEntry | null> {
  const here = changes.find(({ path }) => path === name);
  if (here !== undefined) return here.entry === null ? null : { name, ...here.entry };
  const below = changes.map(({ path, entry }) => ({ path: path.slice(name.length + 1), entry }));
  const id = await writeTree(directory, before?.mode === '040000' ? before.id : null, below);
  return id === null ? null : { name, mode: '040000', id };
}

/** Git compares names as bytes, those of folders with a slash behind them. */
function byName(one: TreeEntry, other: TreeEntry): number {
  return Buffer.compare(sortedAs(one), sortedAs(other));
}

function sortedAs({ mode, name }: TreeEntry): Buffer {
  return Buffer.from(mode === '040000' ? `${name}/` : name);
}

/** Text or bytes by path; null deletes the file. */
export type CommittedFiles = Readonly<Record<string, string | Uint8Array | null>>;

export type Person = { readonly name: string; readonly email: string };

export type NewCommit = {
  readonly parent: string | null;
  readonly message: string;
  readonly files: CommittedFiles;
  /** Of all files. */
  readonly mode?: string;
  /** Files that are there and get another mode, by path. */
  readonly modes?: Readonly<Record<string, { readonly mode: string; readonly id: string }>>;
  /** The committer, unless it is somebody else. */
  readonly author?: Person;
  /** The sandbox, unless it is somebody else. */
  readonly committer?: Person;
};

const SANDBOX: Person = { name: 'Sandbox', email: 'sandbox@example.com' };

/** Writes a commit to which nothing points yet, and returns its id. */
export async function writeCommit(directory: string, { parent, message, files, mode = '100644', modes = {}, committer = SANDBOX, author = committer }: NewCommit): Promise<string> {
  const before = parent === null ? null : await readCommit(directory, parent);
  const changes = [
    ...Object.entries(files).map(([path, content]) => ({ path, entry: content === null ? null : { mode, id: writeObject(directory, { type: 'blob', body: Buffer.from(content) }) } })),
    ...Object.entries(modes).map(([path, entry]) => ({ path, entry })),
  ];
  const tree = (await writeTree(directory, before?.tree ?? null, changes)) ?? writeObject(directory, { type: 'tree', body: Buffer.alloc(0) });
  const instant = `${Math.floor(Date.now() / 1000)} +0000`;
  const people = [`author ${author.name} <${author.email}> ${instant}`, `committer ${committer.name} <${committer.email}> ${instant}`];
  const header = [`tree ${tree}`, ...(parent === null ? [] : [`parent ${parent}`]), ...people];
  return writeObject(directory, { type: 'commit', body: Buffer.from(`${header.join('\n')}\n\n${message}`) });
}
