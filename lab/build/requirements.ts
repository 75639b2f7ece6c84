import { type Environment, type Go, isNewEnough, run } from './go.ts';
import type { ToolGroup } from './tool-groups.ts';

/** @throws Error where the lab's tools cannot run */
export function requireLinux(platform: string = process.platform, architecture: string = process.arch): void {
  if (platform === 'linux' && architecture === 'x64') return;
  throw new Error(`The lab runs on Linux x86-64, and this is ${platform} ${architecture}: use such a machine.`);
}

/** Argo CD and Gitea call it. @throws Error when it is missing */
export async function requireGit(env: Environment): Promise<void> {
  if (await isThere('git', env)) return;
  throw new Error('The lab needs git, and there is none on the PATH: install it, for example with apt-get install git.');
}

/** @throws Error when Go is missing or too old to build the groups; `required` as in `1.26.3` */
export function requireGo(go: Go | null, required: string, groups: readonly ToolGroup[]): asserts go is Go {
  const purpose = `Building ${groups.join(', ')} for the lab needs Go ${required} or newer`;
  if (go === null) throw new Error(`${purpose}, and there is no go on the PATH: install it from https://go.dev/dl.`);
  if (!isNewEnough(go.version, required)) throw new Error(`${purpose}, and the PATH has ${go.version}: install a newer one from https://go.dev/dl.`);
}

/** @throws Error when there is no C compiler */
export async function requireCCompiler(env: Environment, group: ToolGroup): Promise<void> {
  const compiler = env['CC'] || 'gcc';
  if (await isThere(compiler, env)) return;
  throw new Error(`Building ${group} for the lab needs a C compiler, and there is no ${compiler} on the PATH: install it, for example with apt-get install gcc libc6-dev.`);
}

async function isThere(command: string, env: Environment): Promise<boolean> {
  return run(command, ['--version'], { env }).then(
    () => true,
    () => false,
  );
}
