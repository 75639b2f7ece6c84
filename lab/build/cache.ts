import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { buildArguments, type GroupRecipe } from './recipe.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Where built tools are kept: outside the checkout, so that all checkouts share them. */
export function cacheFolderOf(env: Environment): string {
  const caches = env['XDG_CACHE_HOME'] || join(env['HOME'] || homedir(), '.cache');
  return env['SLIPWAY_LAB_CACHE'] || join(caches, 'slipway-lab');
}

/** Changes with everything that a group's build depends on, besides Go itself: its files, the flags, the edits, what is shared. */
export async function keyOf(folder: string, recipe: GroupRecipe): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
  const files = await Promise.all(paths.sort().map(async (path) => [path, digest(await readFile(join(folder, path)))]));
  const goMod = await readFile(join(folder, 'go.mod'), 'utf8');
  const { minutes: _, ...rest } = recipe;
  return digest(JSON.stringify([files, buildArguments(recipe, goMod), rest])).slice(0, 16);
}

function digest(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

/** Folder of one build of a group: complete if it exists. Without a Go version, of any that a Go has built. */
export async function findBuilt(groupFolder: string, key: string, goVersion: string | null): Promise<string | null> {
  if (goVersion !== null) {
    const folder = builtFolder(groupFolder, key, goVersion);
    return existsSync(folder) ? folder : null;
  }
  const names = existsSync(groupFolder) ? await readdir(groupFolder) : [];
  const name = names.filter((candidate) => candidate.startsWith(`${key}-go`)).sort().at(-1);
  return name === undefined ? null : join(groupFolder, name);
}

export function builtFolder(groupFolder: string, key: string, goVersion: string): string {
  return join(groupFolder, `${key}-${goVersion}`);
}

const UNFINISHED = '.unfinished-';

/**
 * Lets `make` fill a folder that becomes `folder` only when all of it is there. Who does the same at the same time is not disturbed: the
 * first one that is done wins.
 */
export async function publish(groupFolder: string, folder: string, make: (unfinished: string) => Promise<void>): Promise<void> {
  await mkdir(groupFolder, { recursive: true });
  await removeAbandoned(groupFolder);
  const unfinished = await mkdtemp(join(groupFolder, `${UNFINISHED}${process.pid}-`));
  try {
    await make(unfinished);
    await rename(unfinished, folder).catch((error: unknown) => {
      if (!existsSync(folder)) throw error;
    });
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

/** Removes what builds left that were killed. */
async function removeAbandoned(groupFolder: string): Promise<void> {
  for (const name of await readdir(groupFolder)) {
    const pid = name.startsWith(UNFINISHED) ? Number(name.slice(UNFINISHED.length).split('-')[0]) : null;
    if (pid !== null && !isAlive(pid)) await rm(join(groupFolder, name), { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
