import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildGroup } from './build-group.ts';
import { builtFolder, cacheFolderOf, findBuilt, keyOf } from './cache.ts';
import { type Environment, findGo, type Go, goEnvironment, isNewEnough } from './go.ts';
import { tellingProgress } from './progress.ts';
import { requiredGo } from './recipe.ts';
import { requireCCompiler, requireGit, requireGo, requireLinux } from './requirements.ts';
import { TOOL_GROUPS, type ToolGroup } from './tool-groups.ts';
import type { Tools } from './tools.ts';

export type { ToolGroup } from './tool-groups.ts';
export { commandOf, type Tools } from './tools.ts';

export type BuildOptions = {
  readonly groups: readonly ToolGroup[];
  /** Told what is built, how long that takes and what comes next; nothing when all is there. */
  readonly tell: (text: string) => void;
  /** Default: $SLIPWAY_LAB_CACHE, or slipway-lab in the user's cache folder. */
  readonly cacheFolder?: string;
  readonly env?: Environment;
};

const SOURCES = fileURLToPath(new URL('../tools', import.meta.url));

/**
 * Answers where the groups' tools are, and builds first those that are not there: one after the other, as each keeps all processors busy.
 * What is there needs neither Go nor Go's module cache.
 * @throws Error in one sentence: what is missing and where to get it, or which group did not build, why and where its log is
 */
export async function buildTools({ groups, tell, env = process.env, cacheFolder = cacheFolderOf(env) }: BuildOptions): Promise<Tools> {
  requireLinux();
  const [go] = await Promise.all([findGo(env), requireGit(env)]);
  const plans = await Promise.all(groups.map((group) => planGroup(group, cacheFolder, go)));
  const tools = { ...NOTHING_BUILT };
  for (const { group, built } of plans) tools[group] = built ?? '';
  const missing = plans.filter(({ built }) => built === null);
  return missing.length === 0 ? tools : { ...tools, ...(await buildMissing(missing, { tell, env, cacheFolder, go })) };
}

const NOTHING_BUILT: Tools = { kube: '', argocd: '', helm: '', gitea: '', rollouts: '', 'eks-authenticator': '', redis: '', 'image-updater': '' };

type Plan = { readonly group: ToolGroup; readonly source: string; readonly key: string; readonly requiredGo: string; readonly built: string | null };

async function planGroup(group: ToolGroup, cacheFolder: string, go: Go | null): Promise<Plan> {
  const source = join(SOURCES, group);
  const key = await keyOf(source, TOOL_GROUPS[group]);
  const required = requiredGo(await readFile(join(source, 'go.mod'), 'utf8'));
  const version = go !== null && isNewEnough(go.version, required) ? go.version : null;
  return { group, source, key, requiredGo: required, built: await findBuilt(join(cacheFolder, group), key, version) };
}

type Surroundings = { readonly tell: (text: string) => void; readonly env: Environment; readonly cacheFolder: string; readonly go: Go | null };

async function buildMissing(missing: readonly Plan[], { tell, env, cacheFolder, go }: Surroundings): Promise<Partial<Tools>> {
  const groups = missing.map(({ group }) => group);
  requireGo(go, missing.map((plan) => plan.requiredGo).reduce(newer), groups);
  for (const group of groups) if (TOOL_GROUPS[group].cgo === true) await requireCCompiler(env, group);
  const tools: Partial<Record<ToolGroup, string>> = {};
  for (const { group, source, key } of missing) {
    const recipe = TOOL_GROUPS[group];
    const groupFolder = join(cacheFolder, group);
    const folder = builtFolder(groupFolder, key, go.version);
    const build = { group, recipe, source, groupFolder, folder, logs: join(cacheFolder, 'logs'), env: goEnvironment(env, go, recipe.cgo === true) };
    await tellingProgress(group, groups, tell, () => buildGroup(build));
    tools[group] = folder;
  }
  return tools;
}

function newer(one: string, other: string): string {
  return isNewEnough(one, other) ? one : other;
}
