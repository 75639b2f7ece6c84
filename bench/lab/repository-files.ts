import { chartFiles } from '../../sandbox/argocd/chart-renderer.ts';
import type { Image } from '../../sandbox/scenarios/image.ts';
import { REGISTRY } from '../../sandbox/world.ts';
import { configRepository } from '../config-repository.ts';

export const CHART_PATH = 'charts/inference-service';
export const VALUES_FILE = 'envs/bench/values.yaml';
/** In the values of every contender. */
export const REPLICAS = 2;

/** The chart, the values, and as many other values files beside them as there are to be in all. */
export function repositoryFiles(count: number, image: Image): Record<string, string> {
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
