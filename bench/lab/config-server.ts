import { join } from 'node:path';
import { createBareRepository } from '../../sandbox/git/bare-repository.ts';
import { runGit } from '../../sandbox/git/run-git.ts';
import { chartFiles } from '../../sandbox/argocd/chart-renderer.ts';
import { REGISTRY } from '../../sandbox/world.ts';
import type { Image } from '../../sandbox/scenarios/image.ts';
import { configRepository } from '../config-repository.ts';
import { startHelperProcess } from './helper-process.ts';

export type ConfigServerArgument = { readonly root: string; readonly username: string; readonly password: string };

/** Where the teams keep their configuration: one repository for each contender and configuration. */
export type ConfigServer = {
  readonly url: string;
  readonly credential: { readonly username: string; readonly password: string };
  /** Returns the URL of a new repository with so many files, in which an image is written. */
  createRepository(name: string, files: number, image: Image): Promise<string>;
  stop(): Promise<void>;
};

export const CHART_PATH = 'charts/inference-service';
export const VALUES_FILE = 'envs/bench/values.yaml';
/** In the values of every contender. */
export const REPLICAS = 2;

/** @param root a folder for the repositories */
export async function startConfigServer(root: string): Promise<ConfigServer> {
  const credential = { username: 'bench', password: crypto.randomUUID() };
  const helper = await startHelperProcess<null, string>(new URL('config-server-process.ts', import.meta.url), { root, ...credential });
  const url = await helper.ask(null);
  return {
    url,
    credential,
    async createRepository(name, files, image) {
      const { directory } = await createBareRepository(join(root, `${name}.git`), repositoryFiles(files, image));
      // Packed with a commit graph, as Git servers keep their repositories.
      await runGit(directory, ['gc', '--quiet']);
      return `${url}/${name}.git`;
    },
    stop: () => helper.stop(),
  };
}

/** The chart, the values, and as many other values files beside them as there are to be in all. */
function repositoryFiles(count: number, image: Image): Record<string, string> {
  const chart = Object.entries(chartFiles()).map(([path, text]) => [`${CHART_PATH}/${path}`, text] as const);
  const needed = { ...Object.fromEntries(chart), [VALUES_FILE]: valuesOf(image) };
  return { ...configRepository(Math.max(0, count - Object.keys(needed).length), 'envs'), ...needed };
}

function valuesOf({ tag, digest }: Image): string {
  return `# Values that the contenders write their releases to.
replicaCount: ${REPLICAS}

image:
  repository: ${REGISTRY}/inference-service
  tag: "${tag}"
  digest: ${digest}
`;
}
