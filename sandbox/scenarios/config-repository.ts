import { chartFiles } from '../argocd/chart-renderer.ts';
import { REGISTRY } from '../world.ts';
import type { Image } from './image.ts';

/** ECR repository of the one service that scenarios deploy. */
export const REPOSITORY = 'inference-service';
export const VALUES_FILE = 'envs/dev/values.yaml';

/** The team's config repository: the chart, and dev's values with the image that runs there. */
export function configFiles(image: Image): Record<string, string> {
  const chart = Object.entries(chartFiles()).map(([path, text]) => [`charts/inference-service/${path}`, text]);
  return { ...(Object.fromEntries(chart) as Record<string, string>), [VALUES_FILE]: devValues(image) };
}

function devValues({ tag, digest }: Image): string {
  return `# inference-service in dev. Slipway writes image.tag and image.digest; everything else is the team's.
replicaCount: 2

image:
  repository: ${REGISTRY}/${REPOSITORY}
  tag: "${tag}"          # the release, by name
  digest: ${digest}

progressDeadlineSeconds: 6  # dev fails early
`;
}
