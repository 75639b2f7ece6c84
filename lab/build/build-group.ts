import { appendFile, mkdir, mkdtemp, readFile, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { publish } from './cache.ts';
import { type Environment, run } from './go.ts';
import { changeModules, copyShare, moduleFolders } from './module-sources.ts';
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
  await publish(build.groupFolder, build.folder, async (unfinished) => {
    const log = join(unfinished, 'build.log');
    try {
      await makeGroup(build, unfinished, log);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new Error(`The lab's tools of ${build.group} did not build: ${reason} (log: ${await keepLog(build, log)})`, { cause: error });
    }
  });
}

/** What failed is removed, but for its log. */
async function keepLog({ group, logs }: GroupBuild, log: string): Promise<string> {
  await mkdir(logs, { recursive: true });
  const kept = join(await mkdtemp(join(logs, `${group}-`)), 'build.log');
  await appendFile(log, ''); // nothing may have been written yet
  await rename(log, kept);
  return kept;
}

async function makeGroup({ recipe, source, env }: GroupBuild, into: string, log: string): Promise<void> {
  const [bin, changed] = [join(into, 'bin'), join(into, 'changed')];
  const reading = { folder: source, env, log };
  const folders = await moduleFolders(recipe, reading);
  const folder = await changeModules(recipe, folders, reading, changed);
  const args = buildArguments(recipe, await readFile(join(source, 'go.mod'), 'utf8'));
  await run('go', [...args, '-o', join(bin, recipe.binary), recipe.package], { folder, env, log });
  for (const command of recipe.commands ?? []) await symlink(recipe.binary, join(bin, command));
  await copyShare(recipe.share ?? [], folders, join(into, 'share'));
  await rm(changed, { recursive: true, force: true });
}
