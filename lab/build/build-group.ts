import { mkdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { publish } from './cache.ts';
import { type Environment, run } from './go.ts';
import { copyShare, moduleFolders, writeOverlay } from './module-sources.ts';
import { buildArguments, type GroupRecipe } from './recipe.ts';

export type GroupBuild = {
  readonly group: string;
  readonly recipe: GroupRecipe;
  /** The group's Go module. */
  readonly source: string;
  /** Folder of all builds of the group. */
  readonly groupFolder: string;
  /** Folder of this build. */
  readonly folder: string;
  /** Folder that keeps the logs of builds that failed. */
  readonly logs: string;
  /** Environment of `go`. */
  readonly env: Environment;
};

/** Builds one group into its folder of the cache. @throws Error with the last line of the build's output and the path of its log */
export async function buildGroup(build: GroupBuild): Promise<void> {
  await mkdir(build.logs, { recursive: true });
  const log = join(build.logs, `${build.group}-${process.pid}.log`);
  await rm(log, { force: true });
  try {
    await publish(build.groupFolder, build.folder, async (unfinished) => {
      await makeGroup(build, unfinished, log);
      await rename(log, join(unfinished, 'build.log'));
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`The lab's tools of ${build.group} did not build: ${reason} (log: ${log})`, { cause: error });
  }
}

async function makeGroup({ recipe, source, env }: GroupBuild, into: string, log: string): Promise<void> {
  const [bin, overlayFolder] = [join(into, 'bin'), join(into, 'overlay')];
  await mkdir(overlayFolder);
  const folders = await moduleFolders(recipe, { folder: source, env, log });
  const overlay = await writeOverlay(recipe, source, folders, overlayFolder);
  const args = buildArguments(recipe, await readFile(join(source, 'go.mod'), 'utf8'));
  const changed = overlay === null ? [] : ['-overlay', overlay];
  await run('go', [...args, ...changed, '-o', join(bin, recipe.binary), recipe.package], { folder: source, env, log });
  for (const command of recipe.commands ?? []) await symlink(recipe.binary, join(bin, command));
  await copyShare(recipe.share ?? [], folders, join(into, 'share'));
  await rm(overlayFolder, { recursive: true });
}
