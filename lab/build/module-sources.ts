import { chmod, copyFile, mkdir, readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Environment, run } from './go.ts';
import { type GroupRecipe, modulesChanged, modulesRead, type SharedFiles, type SourceEdit } from './recipe.ts';

/** `folder` is the group's Go module. */
type Reading = { readonly folder: string; readonly env: Environment; readonly log: string };

/** Folders in Go's module cache of the modules whose files the recipe reads; what is not there yet is downloaded. */
export async function moduleFolders(recipe: GroupRecipe, reading: Reading): Promise<ReadonlyMap<string, string>> {
  const modules = modulesRead(recipe);
  if (modules.length === 0) return new Map();
  await run('go', ['mod', 'download', ...modules], reading);
  const listed = await run('go', ['list', '-m', '-f', '{{.Path}} {{.Dir}}', ...modules], reading);
  return new Map(listed.trim().split('\n').map((line) => line.split(' ') as [string, string]));
}

/**
 * Go's module cache may be neither edited nor overlaid. What the recipe changes is therefore copied into a copy of the group's module,
 * whose go.mod then names the copies by paths that are the same on every machine: they end up in the binary.
 * @returns folder of the Go module that is to be built: the group's own where the recipe changes nothing
 */
export async function changeModules(recipe: GroupRecipe, folders: ReadonlyMap<string, string>, reading: Reading, into: string): Promise<string> {
  const changed = modulesChanged(recipe);
  if (changed.length === 0) return reading.folder;
  await copy(reading.folder, into, 0o644);
  for (const module of changed) await copy(folderOf(folders, module), join(into, 'modules', module), 0o644);
  for (const { module, file, from } of recipe.additions ?? []) await copy(join(reading.folder, from), join(into, 'modules', module, file), 0o644);
  for (const edit of recipe.edits ?? []) {
    const file = join(into, 'modules', edit.module, edit.file);
    await writeFile(file, editSource(await readFile(file, 'utf8'), edit));
  }
  await run('go', ['mod', 'edit', ...changed.map((module) => `-replace=${module}=./modules/${module}`)], { ...reading, folder: into });
  return into;
}

/** @throws Error unless the text to replace occurs exactly once: another version of the module needs another edit */
export function editSource(source: string, { module, file, replace, with: replacement }: SourceEdit): string {
  const parts = source.split(replace);
  if (parts.length !== 2) throw new Error(`${file} of ${module} has ${replace} ${parts.length - 1} times and not once: adjust the edit to this version.`);
  return parts.join(replacement);
}

/** Copies the files that the tool needs at run time, so that it needs the module cache no more. */
export async function copyShare(share: readonly SharedFiles[], folders: ReadonlyMap<string, string>, into: string): Promise<void> {
  for (const { module, from, to, executable = false } of share) {
    await copy(join(folderOf(folders, module), from), join(into, to), executable ? 0o755 : 0o644);
  }
}

/** Not by `cp`, which would copy the module cache's read-only modes. */
async function copy(from: string, to: string, mode: number): Promise<void> {
  if ((await stat(from)).isDirectory()) {
    for (const name of await readdir(from)) await copy(join(from, name), join(to, name), mode);
    return;
  }
  await mkdir(dirname(to), { recursive: true });
  await copyFile(from, to);
  await chmod(to, mode);
}

function folderOf(folders: ReadonlyMap<string, string>, module: string): string {
  const folder = folders.get(module);
  if (folder === undefined) throw new Error(`go list names no folder of ${module}.`);
  return folder;
}
